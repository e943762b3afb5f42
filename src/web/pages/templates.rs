//! The templates, compiled once. They are strict, so that a missing field fails a test.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use handlebars::{Handlebars, RenderError};
use parking_lot::RwLock;
use rust_embed::RustEmbed;
use serde::Serialize;

use super::dog_view::DogView;
use super::error_view::ErrorView;
use super::stencil::Stencil;
use crate::web::files::with_versions;

/// The media type of every page.
pub const HTML: &str = "text/html; charset=utf-8";

/// A little more than any page has, so that it is written without growing the buffer.
const PAGE_BYTES: usize = 5 * 1024;

#[derive(RustEmbed)]
#[folder = "templates"]
struct Templates;

/// The compiled templates.
pub struct Pages {
    handlebars: Handlebars<'static>,
    /// The page of a dog for each shape of a view that was asked for: some ten, a few kB each.
    stencils: RwLock<HashMap<u32, Arc<Stencil>>>,
}

impl Pages {
    /// Compiles every template.
    ///
    /// # Panics
    /// When a template is not valid, which every test shows.
    pub fn compile() -> Self {
        let mut handlebars = Handlebars::new();
        handlebars.set_strict_mode(true);
        for name in ["dog", "error", "api_docs"] {
            handlebars
                .register_template_string(name, with_versions(&with_partials(name)))
                .expect("every template is valid");
        }
        Self { handlebars, stencils: RwLock::default() }
    }

    /// The page of a dog.
    ///
    /// # Errors
    /// The template names what the view does not have.
    pub fn dog(&self, view: &DogView<Cow<'_, str>>) -> Result<String, RenderError> {
        Ok(self.stencil(view)?.fill(&view.texts()))
    }

    /// The page of an error.
    ///
    /// # Errors
    /// The template names what the view does not have.
    pub fn error(&self, view: &ErrorView<'_>) -> Result<String, RenderError> {
        self.render("error", view)
    }

    /// The browser of the API's documentation.
    ///
    /// # Errors
    /// The template names what the view does not have.
    pub fn api_docs(&self) -> Result<String, RenderError> {
        self.render("api_docs", &serde_json::Map::new())
    }

    fn stencil(&self, view: &DogView<Cow<'_, str>>) -> Result<Arc<Stencil>, RenderError> {
        let shape = view.shape();
        if let Some(stencil) = self.stencils.read().get(&shape) {
            return Ok(stencil.clone());
        }
        let stencil = Arc::new(Stencil::cut(&self.render("dog", &view.marked())?));
        // Someone else may have been faster, with the same.
        self.stencils.write().insert(shape, stencil.clone());
        Ok(stencil)
    }

    fn render(&self, name: &str, view: &impl Serialize) -> Result<String, RenderError> {
        let mut page = Vec::with_capacity(PAGE_BYTES);
        self.handlebars.render_to_write(name, view, &mut page)?;
        Ok(String::from_utf8(page)?)
    }
}

/// The template with its partials pasted in, so that a page is what stands in one file.
fn with_partials(name: &str) -> String {
    let file = Templates::get(&format!("{name}.hbs")).unwrap_or_else(|| panic!("templates/ has no {name}.hbs"));
    let text = String::from_utf8_lossy(&file.data);
    let paste = |line: &str| match line.trim().strip_prefix("{{> ").and_then(|rest| rest.strip_suffix("}}")) {
        Some(partial) => with_partials(partial),
        None => line.to_string(),
    };
    text.split_inclusive('\n').map(paste).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::gallery::{Gif, Sha256, bundled};

    static COMPILED: LazyLock<Pages> = LazyLock::new(Pages::compile);

    proptest! {
        #[test]
        fn the_page_of_a_dog_is_what_the_template_says(
            number: i64,
            total in 0..3_usize,
            has_dog: bool,
            is_bundled: bool,
            texts in prop::array::uniform6("([a-z <>&\"'`=\u{fdd0}ä🐶]{0,8})?"),
            license in "(CC0-1.0)?|(CC-BY-4.0)?|[a-z<]{0,4}",
            sizes: [u16; 2],
        ) {
            let [slug, title, alt, credit, source_url, path] = &texts;
            let sha256 = if is_bundled { bundled().next().unwrap().sha256 } else { Sha256::of(title.as_bytes()) };
            let [width, height] = sizes;
            let (credit, license) = (credit.as_str(), license.as_str());
            let (id, byte_size, frames) = (1, 2, 3);
            let gif = Gif {
                id, slug, sha256, title, alt, credit, license, source_url, byte_size, width, height, frames,
            };
            let view = DogView::new(number, has_dog.then_some(gif), total, alt.clone(), path);
            let pages = &*COMPILED;
            let expected = pages.render("dog", &view).unwrap();
            prop_assert_eq!(&pages.dog(&view).unwrap(), &expected);
            // And once more, now that its stencil is there.
            prop_assert_eq!(&pages.dog(&view).unwrap(), &expected);
        }
    }
}
