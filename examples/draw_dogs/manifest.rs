//! Writes `manifest.json`, the list from which the server knows the pictures.

use crate::scenes::Scene;

/// A string as JSON; the texts of the scenes hold no control characters.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The manifest's entry for one file.
pub fn entry(file: &str, scene: &Scene) -> String {
    let fields = [
        ("file", quoted(file)),
        ("slug", quoted(scene.slug)),
        ("title", quoted(scene.title)),
        ("alt", quoted(scene.alt)),
        ("credit", quoted("Dog Gif App")),
        ("license", quoted("CC0-1.0")),
        ("source_url", "null".to_owned()),
    ];
    let lines = fields.map(|(key, value)| format!("      {}: {value}", quoted(key)));
    format!("    {{\n{}\n    }}", lines.join(",\n"))
}

/// The whole manifest.
pub fn document(entries: &[String]) -> String {
    format!("{{\n  \"gifs\": [\n{}\n  ]\n}}\n", entries.join(",\n"))
}
