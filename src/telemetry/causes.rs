//! Errors in words, for log lines and for whoever has called a command.

use std::error::Error;

/// An error and what has led to it, in one line. Nothing is said twice: some errors end with what their cause says.
pub fn in_full(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !line.ends_with(&text) {
            line += &format!(": {text}");
        }
        source = cause.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use super::*;

    #[derive(Debug)]
    struct Layer(&'static str, Option<Box<Self>>);

    impl fmt::Display for Layer {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str(self.0)
        }
    }

    impl Error for Layer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref().map(|layer| layer as _)
        }
    }

    fn layers(texts: &[&'static str]) -> String {
        let error = texts.iter().rev().fold(None, |inner, text| Some(Box::new(Layer(text, inner))));
        in_full(&*error.unwrap())
    }

    #[test]
    fn causes_follow_each_other_in_one_line() {
        assert_eq!(layers(&["it broke"]), "it broke");
        assert_eq!(layers(&["it broke", "the net", "a cable"]), "it broke: the net: a cable");
    }

    #[test]
    fn a_cause_that_was_told_is_not_told_again() {
        assert_eq!(layers(&["the net: a cable", "the net: a cable", "a cable"]), "the net: a cable");
        assert_eq!(layers(&["it broke: a cable", "a cable", "a mouse"]), "it broke: a cable: a mouse");
    }
}
