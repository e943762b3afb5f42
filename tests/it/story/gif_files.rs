//! The bytes: conditional requests, ranges, and the still.

use dog_gif_app::gallery::Sha256;

use crate::harness::dogs::gif_of;
use crate::harness::http::Answer;
use crate::harness::{App, Database};

/// Rex's GIF on a running server.
fn rex() -> (App, String, Vec<u8>) {
    let app = App::start(&Database::with_three_dogs());
    let url = app.get("/api/v1/gifs/rex-test").json()["animation_url"].as_str().unwrap().to_string();
    (app, url, gif_of(1, 4))
}

#[test]
fn a_gif_is_served_as_it_was_added_and_kept_for_a_year() {
    let (app, url, bytes) = rex();
    // The second time from the cache.
    for _ in 0..2 {
        let answer = app.get(&url);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body, bytes);
        assert_eq!(answer.header("content-type"), Some("image/gif"));
        assert_eq!(answer.header("accept-ranges"), Some("bytes"));
        assert_eq!(answer.header("cross-origin-resource-policy"), Some("cross-origin"));
        assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"));
        let digest = url.strip_prefix("/gifs/").and_then(|name| name.strip_suffix(".gif")).unwrap();
        assert_eq!(answer.header("etag"), Some(format!("\"{digest}\"").as_str()), "a strong one");
    }
    assert_eq!(app.metric("gif_cache_requests_total{result=\"hit\"}"), Some(1.0));
    assert!(app.metric("gif_cache_bytes").unwrap() >= bytes.len() as f64);
}

#[test]
fn head_tells_what_get_would_send() {
    let (app, url, bytes) = rex();
    let (get, head) = (app.get(&url), app.ask("HEAD", &url, &[]));
    assert_eq!(head.status, 200);
    assert_eq!(head.header("content-length"), Some(bytes.len().to_string().as_str()));
    for name in ["etag", "cache-control", "content-type", "accept-ranges"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
}

#[test]
fn head_takes_no_part_of_a_file() {
    let (app, url, bytes) = rex();
    for range in ["bytes=2-5", "bytes=99999999-", "bytes=5-2"] {
        let head = app.ask("HEAD", &url, &[("range", range)]);
        assert_eq!((head.status, head.header("content-range")), (200, None), "{range}");
        assert_eq!(head.header("content-length"), Some(bytes.len().to_string().as_str()), "{range}");
    }
}

#[test]
fn a_known_gif_is_not_sent_again() {
    let (app, url, _) = rex();
    let etag = app.get(&url).header("etag").unwrap().to_string();
    for known in [etag.clone(), format!("\"other\", {etag}"), format!("W/{etag}"), "*".into()] {
        let answer = app.ask("GET", &url, &[("if-none-match", &known)]);
        assert_eq!(answer.status, 304, "{known}");
        assert_eq!(answer.header("etag"), Some(etag.as_str()));
        assert!(answer.body.is_empty());
        assert_eq!(app.ask("HEAD", &url, &[("if-none-match", &known)]).status, 304);
    }
    assert_eq!(app.ask("GET", &url, &[("if-none-match", "\"other\"")]).status, 200);
}

#[test]
fn a_single_range_is_sent_alone() {
    let (app, url, bytes) = rex();
    let length = bytes.len();
    let (last, from_ten, cut) = (length - 1, &bytes[10..], &bytes[2..=5]);
    let as_long = format!("bytes=-{length}");
    let cases: [(&str, &[u8], String); 6] = [
        ("bytes=2-5", cut, format!("bytes 2-5/{length}")),
        ("bytes=7-7", &bytes[7..=7], format!("bytes 7-7/{length}")),
        ("bytes=10-", from_ten, format!("bytes 10-{last}/{length}")),
        ("bytes=-3", &bytes[length - 3..], format!("bytes {}-{last}/{length}", length - 3)),
        (&as_long, &bytes, format!("bytes 0-{last}/{length}")),
        ("bytes=0-99999999", &bytes, format!("bytes 0-{last}/{length}")),
    ];
    for (range, expected, content_range) in cases {
        let answer = app.ask("GET", &url, &[("range", range)]);
        assert_eq!(answer.status, 206, "{range}");
        assert_eq!(answer.header("content-range"), Some(content_range.as_str()), "{range}");
        assert_eq!(answer.body, expected, "{range}");
    }
}

#[test]
fn the_end_of_a_file_that_is_shorter_is_all_of_it() {
    let (app, url, bytes) = rex();
    for range in [format!("bytes=-{}", bytes.len() + 1), "bytes=-99999999".into()] {
        let answer = app.ask("GET", &url, &[("range", &range)]);
        assert_eq!((answer.status, answer.body), (200, bytes.clone()), "{range}");
    }
}

#[test]
fn a_range_outside_the_file_is_not_satisfiable() {
    let (app, url, bytes) = rex();
    for range in [format!("bytes={}-", bytes.len()), "bytes=99999999-".into(), "bytes=-0".into()] {
        let answer = app.ask("GET", &url, &[("range", &range)]);
        assert_eq!(answer.status, 416, "{range}");
        assert_eq!(answer.header("content-range"), Some(format!("bytes */{}", bytes.len()).as_str()), "{range}");
    }
}

#[test]
fn ranges_of_another_kind_count_as_none_and_absurd_ones_are_refused() {
    let (app, url, bytes) = rex();
    for range in ["lines=1-2", "0-1", "bytes=0-1,3-4"] {
        let answer = app.ask("GET", &url, &[("range", range)]);
        assert!(answer.status == 200 && answer.body == bytes, "{range}: {}", answer.status);
    }
    for range in ["bytes=5-2", "bytes=a-b", "bytes="] {
        assert_eq!(app.ask("GET", &url, &[("range", range)]).status, 416, "{range}");
    }
}

#[test]
fn if_range_asks_for_the_part_only_of_the_same_file() {
    let (app, url, bytes) = rex();
    let etag = app.get(&url).header("etag").unwrap().to_string();
    let ask = |condition: &str| app.ask("GET", &url, &[("range", "bytes=0-3"), ("if-range", condition)]);
    assert_eq!(ask(&etag).status, 206);
    let whole = |answer: Answer| answer.status == 200 && answer.body == bytes;
    assert!(whole(ask("\"other\"")));
    assert!(whole(ask(&format!("W/{etag}"))), "a weak ETag never matches a range");
}

#[test]
fn the_still_is_a_png_of_the_same_size() {
    let (app, url, _) = rex();
    let still = app.get(&url.replace(".gif", ".png"));
    assert_eq!((still.status, still.header("content-type")), (200, Some("image/png")));
    let reader = png::Decoder::new(std::io::Cursor::new(still.body)).read_info().unwrap();
    assert_eq!((reader.info().width, reader.info().height), (32, 24));
}

#[test]
fn the_still_is_known_by_its_own_bytes() {
    let (app, url, _) = rex();
    let path = url.replace(".gif", ".png");
    // The second time from the cache.
    for _ in 0..2 {
        let still = app.get(&path);
        let etag = format!("\"{}\"", Sha256::of(&still.body));
        assert_eq!(still.header("etag"), Some(etag.as_str()));
        assert_eq!(app.ask("GET", &path, &[("if-none-match", &etag)]).status, 304);
        let gif = app.get(&url).header("etag").unwrap().to_string();
        assert_eq!(app.ask("GET", &path, &[("if-none-match", &gif)]).status, 200, "another file");
    }
}

#[test]
fn the_still_is_kept_for_a_day_as_it_may_be_drawn_anew() {
    let (app, url, _) = rex();
    for method in ["GET", "HEAD"] {
        let still = app.ask(method, &url.replace(".gif", ".png"), &[]);
        assert_eq!(still.header("cache-control"), Some("public, max-age=86400"));
    }
}

#[test]
fn the_cache_keeps_to_its_bound() {
    let app = App::start_with(&Database::with_three_dogs(), &[("GIF_CACHE_MIB", "1")]);
    let gifs = app.get("/api/v1/gifs?limit=100").json();
    let mut served = 0;
    for gif in gifs["gifs"].as_array().unwrap() {
        let file = app.get(gif["animation_url"].as_str().unwrap());
        assert_eq!(file.body.len(), usize::try_from(gif["size_bytes"].as_u64().unwrap()).unwrap());
        served += file.body.len();
        assert!(app.metric("gif_cache_bytes").unwrap() <= 1024.0 * 1024.0);
    }
    assert!(served > 1024 * 1024, "{served} bytes would have fitted");
}

#[test]
fn names_that_are_no_digest_of_ours_are_not_found() {
    let (app, url, _) = rex();
    let unknown = "0".repeat(64);
    for path in [
        format!("/gifs/{unknown}.gif"),
        format!("/gifs/{unknown}.png"),
        url.to_uppercase().replace("/GIFS/", "/gifs/").replace(".GIF", ".gif"),
        url.replace(".gif", ".webp"),
        url.replace(".gif", ""),
        "/gifs/.gif".into(),
        "/gifs/..%2f..%2fetc%2fpasswd.gif".into(),
    ] {
        assert_eq!(app.get(&path).status, 404, "{path}");
    }
}

#[test]
fn a_random_gif_is_a_redirect_that_nobody_keeps() {
    let (app, ..) = rex();
    let answer = app.get("/random.gif");
    assert_eq!((answer.status, answer.header("cache-control")), (302, Some("no-store")));
    let target = answer.header("location").unwrap();
    assert_eq!(app.get(target).header("content-type"), Some("image/gif"));
}
