//! What people see.

use std::collections::HashSet;

use crate::harness::app::run;
use crate::harness::dogs::CERTAIN_DRAWS;
use crate::harness::http::Connection;
use crate::harness::{App, Database};

#[test]
fn a_fresh_start_shows_a_dog_and_a_number() {
    let database = Database::migrated();
    let app = App::start(&database);
    let page = app.get("/");
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(page.visitor(), Some(1));
    let html = page.text();
    assert!(html.contains("src=\"/gifs/"), "there is no dog on\n{html}");
    assert!(html.contains("Another dog"), "{html}");
}

#[test]
fn numbers_have_their_thousands_separated() {
    let database = Database::migrated();
    let app = App::start(&database);
    crate::story::counting::visit_in_parallel(&[app.address], 10, 100);
    assert!(app.get("/").text().contains("1,001"));
}

#[test]
fn the_same_dog_is_never_shown_twice_in_a_row_and_each_has_its_turn() {
    let app = App::start(&Database::with_three_dogs());
    let mut visitor = Connection::open(app.address).unwrap();
    let mut path = String::from("/");
    let mut seen = HashSet::new();
    for _ in 0..CERTAIN_DRAWS {
        let page = visitor.ask("GET", &path, &[], b"").unwrap().text().replace("&#x3D;", "=");
        let (_, after) = page.split_once("href=\"/?after=").expect("a link to another dog");
        let slug = after.split(['"', '&']).next().unwrap().to_string();
        assert_ne!(path, format!("/?after={slug}"), "the same dog again");
        path = format!("/?after={slug}");
        seen.insert(slug);
    }
    assert_eq!(seen.len(), 23);
}

#[test]
fn a_dog_has_a_page_of_its_own() {
    let app = App::start(&Database::with_three_dogs());
    let html = app.get("/dogs/rex-test").text();
    assert!(html.contains("Rex &amp; the &lt;b&gt;ball&lt;/b&gt;"), "texts are escaped:\n{html}");
    assert!(html.contains("alt=\"Rex catches a ball &quot;again&quot;\""), "{html}");
    assert!(html.contains("Ann Önymous") && html.contains("CC0-1.0"), "{html}");
    assert!(!html.contains("<b>ball"), "{html}");
    assert_eq!(app.get("/dogs/no-such-dog").status, 404);
}

#[test]
fn what_a_proxy_says_is_only_believed_when_it_is_ours() {
    let database = Database::with_three_dogs();
    let headers = [("x-forwarded-proto", "https"), ("x-forwarded-host", "dogs.public.example")];
    let a_year = Some("max-age=31536000");
    for (trust, origin, transport) in
        [("true", "https://dogs.public.example", a_year), ("false", "http://dogs.example", None)]
    {
        let app = App::start_with(&database, &[("TRUST_PROXY_HEADERS", trust)]);
        let page = app.ask("GET", "/dogs/rex-test", &headers);
        assert!(page.text().contains(&format!("content=\"{origin}/gifs/")), "{}", page.text());
        assert_eq!(page.header("strict-transport-security"), transport, "TRUST_PROXY_HEADERS={trust}");
    }
}

#[test]
fn the_first_of_several_proxies_knows_how_the_visitor_came() {
    let app = App::start_with(&Database::with_three_dogs(), &[("TRUST_PROXY_HEADERS", "true")]);
    for (scheme, host, origin) in [
        ("https, http", "dogs.public.example, inner.example", "https://dogs.public.example"),
        ("HTTPS,http", "dogs.public.example:8443 ,inner.example", "https://dogs.public.example:8443"),
        ("http, https", "dogs.public.example", "http://dogs.public.example"),
    ] {
        let page = app.ask("GET", "/dogs/rex-test", &[("x-forwarded-proto", scheme), ("x-forwarded-host", host)]);
        assert!(page.text().contains(&format!("content=\"{origin}/gifs/")), "{}", page.text());
        let secure = origin.starts_with("https").then_some("max-age=31536000");
        assert_eq!(page.header("strict-transport-security"), secure, "{scheme}");
    }
}

#[test]
fn a_public_url_is_the_beginning_of_every_whole_address() {
    let settings = [("PUBLIC_URL", "https://dogs.public.example:8443/"), ("TRUST_PROXY_HEADERS", "true")];
    let app = App::start_with(&Database::with_three_dogs(), &settings);
    let headers = [("x-forwarded-proto", "http"), ("x-forwarded-host", "evil.example")];
    for (path, headers) in [("/dogs/rex-test", &headers[..]), ("/dogs/rex-test", &[]), ("/?after=rex-test", &headers)] {
        let html = app.ask("GET", path, headers).text();
        let path = path.split('?').next().unwrap();
        let canonical = format!("<link rel=\"canonical\" href=\"https://dogs.public.example:8443{path}\">");
        assert!(html.contains(&canonical), "{canonical} is missing in\n{html}");
        assert!(
            html.contains("<meta property=\"og:image\" content=\"https://dogs.public.example:8443/gifs/"),
            "{html}"
        );
        assert!(!html.contains("evil.example") && !html.contains("http://dogs.example"), "{html}");
    }
}

#[test]
fn an_unknown_dog_behind_after_excludes_nothing() {
    let app = App::start(&Database::migrated());
    for query in ["?after=no-such-dog", "?after=", "?after=%00%ff", "?after=a&after=b", "?", "?x=y"] {
        assert_eq!(app.get(&format!("/{query}")).status, 200, "{query}");
    }
}

#[test]
fn an_empty_catalogue_shows_how_to_fill_it() {
    let database = Database::migrated();
    let slugs = run(&database, &["gifs", "list"]).successful();
    for line in slugs.lines() {
        run(&database, &["gifs", "remove", line.split_whitespace().next().unwrap()]).successful();
    }
    let app = App::start(&database);
    let page = app.get("/");
    assert_eq!((page.status, page.visitor()), (200, Some(1)));
    assert!(page.text().contains("gifs add"), "{}", page.text());
    assert_eq!(app.get("/random.gif").status, 404);
    assert_eq!(app.get("/api/v1/gifs/random").status, 404);
    assert_eq!(app.get("/api/v1/gifs").json()["total"], 0);
}

#[test]
fn pages_ask_nothing_of_other_origins() {
    let app = App::start(&Database::with_three_dogs());
    for path in ["/", "/dogs/rex-test", "/nothing", "/api/docs"] {
        let html = app.get(path).text();
        for attribute in [
            "src=\"http",
            "src=\"//",
            "srcset=\"http",
            "<link rel=\"stylesheet\" href=\"http",
            "style=\"",
            "<style",
            " onclick",
        ] {
            assert!(!html.contains(attribute), "{attribute} in {path}:\n{html}");
        }
        for script in html.split("<script").skip(1) {
            assert!(
                script.starts_with(" src=\"/") || script.starts_with(" type=\"module\" src=\"/"),
                "{path}: <script{script}"
            );
        }
    }
}

#[test]
fn what_pages_name_is_there() {
    let app = App::start(&Database::with_three_dogs());
    for page in ["/", "/dogs/rex-test", "/nothing", "/api/docs"] {
        let html = app.get(page).text();
        let named: Vec<_> = html.split('"').filter(|text| text.starts_with('/') && !text.starts_with("//")).collect();
        assert!(named.len() > 3, "{page} names {named:?} only");
        for path in named {
            let path = path.replace("&amp;", "&").replace("&#x3D;", "=");
            let answer = app.get(&path);
            assert!(matches!(answer.status, 200 | 302), "{page} names {path}, which answers {}", answer.status);
        }
    }
    assert_eq!(app.get("/favicon.ico").status, 200);
}
