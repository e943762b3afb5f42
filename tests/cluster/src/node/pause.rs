//! The image that each pod's sandbox runs: our own `pause`, and nothing beside it.

use std::path::Path;

use anyhow::Result;

use crate::image::{Image, LayerBuilder, Settings};

pub const NAME: &str = "local.dog-gif-app.example/pause:1";

pub fn image(program: &Path) -> Result<Image> {
    let mut layer = LayerBuilder::default();
    layer.copy(program, "/pause")?;
    let settings = Settings { entrypoint: vec!["/pause".into()], user: "65535:65535".into(), ..Settings::default() };
    Ok(Image::new(&settings, vec![layer.finish()?]))
}
