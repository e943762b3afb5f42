//! Where visitors find the website.

use super::reader::Reader;

/// `PUBLIC_URL`, without the slash at its end: scheme and host, and nothing else, as the website lies at the root.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<String> {
    let url = reader.given("PUBLIC_URL")?;
    let origin = url.strip_suffix('/').unwrap_or(&url);
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    let is_host_letter = |letter: u8| letter.is_ascii_alphanumeric() || b"-._:[]".contains(&letter);
    if !host.is_some_and(|host| !host.is_empty() && host.bytes().all(is_host_letter)) {
        // The value is not repeated: it may have a password in it.
        reader.problem("PUBLIC_URL", "must be a scheme and a host, such as https://dogs.example, and nothing else");
    }
    Some(origin.into())
}
