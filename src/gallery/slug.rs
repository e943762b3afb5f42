//! Slugs: what a dog is called in URLs.

use std::fmt;
use std::str::FromStr;

use deunicode::deunicode_char;

/// Longest slug, in characters; leaves room in the column for `-2`, `-3`, … behind a taken one.
const MAX_LENGTH: usize = 64;

/// Taken by `/api/v1/gifs/random`.
const RESERVED: &str = "random";

/// Lower-case ASCII words joined by single hyphens, such as `corgi-wags`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slug(String);

impl Slug {
    /// Makes a slug out of any text, other scripts in the letters that sound like them; `dog` if nothing in it can be
    /// used.
    pub fn from_title(title: &str) -> Self {
        let title: String = title.chars().map(sound_of).collect();
        let mut slug = String::with_capacity(title.len());
        for word in title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
            let separator = usize::from(!slug.is_empty());
            let room = MAX_LENGTH.saturating_sub(slug.len() + separator);
            if room == 0 {
                break;
            }
            if separator == 1 {
                slug.push('-');
            }
            slug.extend(word.chars().take(room).map(|c| c.to_ascii_lowercase()));
        }
        match slug.as_str() {
            "" => Self("dog".into()),
            RESERVED => Self(format!("{RESERVED}-dog")),
            _ => Self(slug),
        }
    }

    /// The slug as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The ASCII letters that sound like a letter; nothing for an accent of its own, and a space for what is neither.
fn sound_of(character: char) -> &'static str {
    match deunicode_char(character) {
        Some("") => "",
        Some(letters) if character.is_alphanumeric() => letters,
        _ => " ",
    }
}

/// Why a text is not a slug.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a slug is lower-case letters and digits in words joined by single hyphens, \
     at most {MAX_LENGTH} characters and not {RESERVED:?}"
)]
pub struct InvalidSlug;

impl FromStr for Slug {
    type Err = InvalidSlug;

    fn from_str(text: &str) -> Result<Self, InvalidSlug> {
        let is_word =
            |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if text.len() <= MAX_LENGTH && text != RESERVED && text.split('-').all(is_word) {
            Ok(Self(text.to_string()))
        } else {
            Err(InvalidSlug)
        }
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_the_title_the_slug_is_valid(title: String) {
            let slug = Slug::from_title(&title);
            prop_assert_eq!(slug.as_str().parse::<Slug>(), Ok(slug.clone()));
        }

        #[test]
        fn a_slug_is_its_own_slug(slug in "[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,5}") {
            prop_assert_eq!(Slug::from_title(&slug).to_string(), slug);
        }
    }

    #[test]
    fn letters_of_other_scripts_become_those_that_sound_like_them() {
        for (title, slug) in [
            ("Möpse, groß & klein", "mopse-gross-klein"),
            ("Un chien qui aboie à Noël", "un-chien-qui-aboie-a-noel"),
            ("Собака лает", "sobaka-laet"),
            ("Σκύλος", "skulos"),
            ("Bella 🐕", "bella"),
            ("Noe\u{308}l", "noel"),
            ("🐕", "dog"),
            ("Ran\u{dc}dom", "ranudom"),
        ] {
            assert_eq!(Slug::from_title(title).as_str(), slug, "{title}");
        }
    }

    #[test]
    fn the_bundled_dogs_keep_their_names() {
        for dog in crate::gallery::bundled() {
            let slug = dog.entry.description.slug.as_deref().expect("every bundled dog has a slug");
            assert_eq!(Slug::from_title(slug).as_str(), slug);
        }
    }

    #[test]
    fn texts_that_are_no_slugs_are_refused() {
        for text in ["", "-", "a-", "-a", "a--b", "A", "a b", "ä", "a/b", "random", &"a".repeat(65)] {
            assert_eq!(text.parse::<Slug>(), Err(InvalidSlug), "{text:?}");
        }
    }
}
