//! Text that others have written, on a terminal: shown, not obeyed.

use std::fmt::{self, Write};

/// Prints a text with what a terminal would take for an order written as `\u{1b}`.
pub struct Printable<'a>(pub &'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| {
            if is_order(character) {
                write!(formatter, "{}", character.escape_unicode())
            } else {
                formatter.write_char(character)
            }
        })
    }
}

/// The same for JSON, which stays JSON: there, such characters are only in strings.
pub fn printable_json(json: &str) -> String {
    json.chars().fold(String::with_capacity(json.len()), |mut printable, character| {
        if is_order(character) {
            // All of them are below U+10000. Writing to a String cannot fail.
            let _ = write!(printable, "\\u{:04x}", u32::from(character));
        } else {
            printable.push(character);
        }
        printable
    })
}

/// Control characters, C1 ones too, and those that change the direction of what follows or begin a line.
fn is_order(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_read_stays_and_what_terminals_obey_is_spelled_out() {
        for (text, printable) in [
            ("Bella 🐕 möpst \"so\"", "Bella 🐕 möpst \"so\""),
            ("\u{1b}[2J\r\n\u{9b}2J", "\\u{1b}[2J\\u{d}\\u{a}\\u{9b}2J"),
            ("dog\u{202e}god", "dog\\u{202e}god"),
        ] {
            assert_eq!(Printable(text).to_string(), printable);
            let json = printable_json(&serde_json::to_string(text).expect("a text is JSON"));
            assert!(!json.contains(is_order), "{json}");
            assert_eq!(serde_json::from_str::<String>(&json).expect("it is still JSON"), text);
        }
    }
}
