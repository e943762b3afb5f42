//! A page with places for its texts: what a template makes of all views of the same shape.
//!
//! # Design
//! handlebars walks through the template for every page, 9 µs for that of a dog. But what it does depends only on
//! which texts are empty and which conditions hold. So it renders each such shape once, with marks in the place
//! of the texts, and a page is put together from the pieces: the same bytes, which a test holds. There are few
//! shapes whatever the number of dogs, so nothing has to be thrown away.

/// Around the number of a text. Unicode has set these two aside for use within programs; and no text is in a page
/// that has marks.
const OPEN: char = '\u{FDD0}';
const CLOSE: char = '\u{FDD1}';

/// What a template makes of views of one shape.
#[derive(Debug)]
pub struct Stencil {
    /// What stands before the first text.
    begin: String,
    /// The texts in their order on the page, each with what follows it.
    rest: Vec<(Place, String)>,
}

/// Where a text goes.
#[derive(Debug, Clone, Copy)]
struct Place {
    text: usize,
    is_escaped: bool,
}

/// What stands for the text of this number.
pub fn mark(text: usize) -> String {
    // The ampersand tells whether the template escapes here.
    format!("{OPEN}{text}&{CLOSE}")
}

impl Stencil {
    /// Cuts a page that was rendered with marks.
    ///
    /// # Panics
    /// When something but [`mark`] has brought its characters in.
    pub fn cut(page: &str) -> Self {
        let mut pieces = page.split(OPEN);
        let begin = pieces.next().unwrap_or_default().to_string();
        let rest = pieces.map(|piece| {
            let (mark, behind) = piece.split_once(CLOSE).expect("a mark has an end");
            let (number, ampersand) = mark.split_once('&').expect("a mark has an ampersand");
            let text = number.parse().expect("a mark has a number");
            (Place { text, is_escaped: !ampersand.is_empty() }, behind.to_string())
        });
        Self { rest: rest.collect(), begin }
    }

    /// The page with these texts.
    pub fn fill(&self, texts: &[&str]) -> String {
        let fixed: usize = self.rest.iter().map(|(_, behind)| behind.len()).sum();
        let filled: usize = self.rest.iter().map(|(place, _)| texts[place.text].len()).sum();
        // A little more, as escaping makes texts longer.
        let mut page = String::with_capacity(self.begin.len() + fixed + filled + 256);
        page.push_str(&self.begin);
        for (place, behind) in &self.rest {
            let text = texts[place.text];
            if place.is_escaped {
                push_escaped(&mut page, text);
            } else {
                page.push_str(text);
            }
            page.push_str(behind);
        }
        page
    }
}

/// What handlebars writes for each byte that it escapes; for the others nothing.
const ESCAPES: [&str; 256] = {
    let mut escapes = [""; 256];
    escapes[b'<' as usize] = "&lt;";
    escapes[b'>' as usize] = "&gt;";
    escapes[b'"' as usize] = "&quot;";
    escapes[b'&' as usize] = "&amp;";
    escapes[b'\'' as usize] = "&#x27;";
    escapes[b'`' as usize] = "&#x60;";
    escapes[b'=' as usize] = "&#x3D;";
    escapes
};

fn push_escaped(page: &mut String, text: &str) {
    if !has_escapes(text) {
        return page.push_str(text);
    }
    let mut begin = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = ESCAPES[usize::from(byte)];
        if !escape.is_empty() {
            page.push_str(&text[begin..at]);
            page.push_str(escape);
            begin = at + 1;
        }
    }
    page.push_str(&text[begin..]);
}

/// Whether handlebars escapes anything in there, which is rare. Looks at every byte, also behind the first one: without a
/// way out, the compiler looks at many of them at once.
fn has_escapes(text: &str) -> bool {
    text.bytes().fold(false, |found, byte| found | matches!(byte, b'<' | b'>' | b'"' | b'&' | b'\'' | b'`' | b'='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_where_the_template_does() {
        let page = format!("<a href=\"{}\">{}</a> {}", mark(1), mark(0).replace('&', "&amp;"), mark(1));
        let stencil = Stencil::cut(&page);
        assert_eq!(stencil.fill(&["a < b", "/?c=<d>"]), "<a href=\"/?c=<d>\">a &lt; b</a> /?c=<d>");
    }

    #[test]
    fn every_character_is_escaped_as_handlebars_does() {
        for letter in (0..=0x2ff).filter_map(char::from_u32) {
            let text = format!("a{letter}{letter}b{letter}");
            let mut page = String::new();
            push_escaped(&mut page, &text);
            assert_eq!(page, handlebars::html_escape(&text));
        }
    }
}
