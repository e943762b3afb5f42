//! What holds for any range of a file and any way to page through the catalogue.

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::harness::dogs::gif_of;
use crate::harness::http::Connection;
use crate::harness::{App, Database};

#[test]
fn every_range_is_the_slice_it_names() {
    let app = App::start(&Database::with_three_dogs());
    let url = app.get("/api/v1/gifs/rex-test").json()["animation_url"].as_str().unwrap().to_string();
    let bytes = gif_of(1, 4);
    let connection = std::cell::RefCell::new(Connection::open(app.address).unwrap());
    let bound = 0..bytes.len() * 2;
    let check = |(start, end): (usize, usize)| {
        let range = format!("bytes={start}-{end}");
        let answer = connection.borrow_mut().ask("GET", &url, &[("range", &range)], b"").unwrap();
        let last = end.min(bytes.len() - 1);
        if start > end || start >= bytes.len() {
            prop_assert_eq!(answer.status, 416, "{}", range);
        } else {
            prop_assert_eq!(answer.status, 206);
            prop_assert_eq!(&answer.body[..], &bytes[start..=last]);
            let content_range = format!("bytes {start}-{last}/{}", bytes.len());
            prop_assert_eq!(answer.header("content-range"), Some(content_range.as_str()));
        }
        Ok(())
    };
    TestRunner::deterministic().run(&(bound.clone(), bound), check).unwrap();
}

#[test]
fn pages_of_any_size_add_up_to_the_catalogue() {
    let app = App::start(&Database::with_three_dogs());
    let connection = std::cell::RefCell::new(Connection::open(app.address).unwrap());
    let page = |limit: usize, after: i64| {
        let path = format!("/api/v1/gifs?limit={limit}&after={after}");
        connection.borrow_mut().ask("GET", &path, &[], b"").unwrap().json()
    };
    let slugs = |page: &serde_json::Value| -> Vec<String> {
        page["gifs"].as_array().unwrap().iter().map(|gif| gif["slug"].as_str().unwrap().into()).collect()
    };
    let all = slugs(&page(100, 0));
    let check = |(limit, start): (usize, i64)| {
        let mut found = Vec::new();
        let mut after = Some(start);
        while let Some(from) = after {
            let page = page(limit, from);
            found.extend(slugs(&page));
            after = page["next_after"].as_i64();
        }
        // Whatever the beginning, what follows is the rest of the list, in order and without gaps.
        prop_assert!(all.ends_with(&found), "{limit} from {start}: {found:?}");
        prop_assert!(start > 0 || found.len() == all.len());
        Ok(())
    };
    TestRunner::deterministic().run(&(1_usize..=100, prop_oneof![-5..40_i64, any::<i64>()]), check).unwrap();
}
