//! Log lines: one JSON object each, one a request, and nothing about who asked.

use crate::harness::app::{program, text};
use crate::harness::http::Connection;
use crate::harness::log::Lines;
use crate::harness::process::Process;
use crate::harness::{App, Database, wait};

#[test]
fn every_line_is_json_with_level_message_and_utc_time() {
    let mut app = App::start(&Database::fresh_sqlite());
    app.get("/");
    app.get("/nothing");
    app.stop();
    let lines = app.log.all();
    assert_eq!(app.log.json().len(), lines.len(), "{lines:?}");
    for line in app.log.json() {
        assert!(
            !text(&line["msg"]).is_empty() && ["info", "warning", "error"].contains(&text(&line["level"])),
            "{line}"
        );
        let time = text(&line["time"]);
        let shape: String = time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        assert!(shape.starts_with("0000-00-00T00:00:00.0") && shape.ends_with("0Z"), "RFC 3339 in UTC: {time}");
    }
    app.log.message("Stopped");
}

#[test]
fn every_request_has_one_line_with_its_facts() {
    let database = Database::with_three_dogs();
    let app = App::start(&database);
    let page = app.ask("GET", "/dogs/rex-test?secret=42", &[("x-request-id", "line-1"), ("user-agent", "Sniffer/1")]);
    app.ask("HEAD", "/nothing", &[("x-request-id", "line-2")]);
    app.ask("POST", "/api/v1/visits", &[("x-request-id", "line-3")]);
    let request =
        |id: &str| app.log.wait_for(id, wait::PATIENCE, |line| line["msg"] == "Request" && line["request_id"] == id);
    let line = request("line-1");
    assert_eq!(
        (&line["method"], &line["route"], &line["status"]),
        (&"GET".into(), &"/dogs/{slug}".into(), &200.into())
    );
    assert_eq!(line["bytes"], page.body.len());
    assert!(line["duration_ms"].as_f64().unwrap() > 0.0, "{line}");
    assert_eq!(request("line-2")["status"], 404);
    assert_eq!(request("line-3")["status"], 201);
    let lines = app.log.json().iter().filter(|line| line["request_id"] == "line-1").count();
    assert_eq!(lines, 1, "{}", app.log.text());
}

#[test]
fn the_line_of_a_request_names_the_trace_of_its_caller() {
    let app = App::start(&Database::fresh_sqlite());
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let request = |id: &str, headers: &[(&str, &str)]| {
        app.ask("GET", "/nothing", &[&[("x-request-id", id)], headers].concat());
        app.log.wait_for(id, wait::PATIENCE, |line| line["msg"] == "Request" && line["request_id"] == id)
    };
    let traced = format!("00-{trace}-00f067aa0ba902b7-01");
    assert_eq!(request("traced", &[("traceparent", &traced)])["trace_id"], trace);
    for (id, wrong) in [("capitals", traced.to_uppercase()), ("future", traced.replacen("00", "01", 1))] {
        let line = request(id, &[("traceparent", &wrong)]);
        assert!(line.get("trace_id").is_none(), "{wrong}: {line}");
    }
    assert!(request("alone", &[]).get("trace_id").is_none());
    let complaints = app.log.json().iter().filter(|line| line["level"] != "info").count();
    assert_eq!(complaints, 0, "{}", app.log.text());
}

#[test]
fn nobody_can_be_recognised_in_the_log() {
    let app = App::start_with(&Database::fresh_sqlite(), &[("LOG_LEVEL", "debug"), ("TRUST_PROXY_HEADERS", "true")]);
    let headers = [
        ("x-forwarded-for", "203.0.113.77"),
        ("forwarded", "for=203.0.113.77"),
        ("user-agent", "Sniffer/1"),
        ("cookie", "tail=wags"),
        ("authorization", "Bearer bone"),
        ("referer", "https://elsewhere.example/"),
        ("x-request-id", "the-last"),
    ];
    app.ask("GET", "/?after=private", &headers);
    app.log.wait_for("the request", wait::PATIENCE, |line| line["request_id"] == "the-last");
    let requests: Vec<_> = app.log.all().into_iter().filter(|line| line.contains("request_id")).collect();
    for word in ["203.0.113", "127.0.0.1", "Sniffer", "wags", "bone", "elsewhere", "private"] {
        assert!(!requests.concat().contains(word), "{word} is in {requests:?}");
    }
}

#[test]
fn the_cause_of_an_error_is_in_the_log_and_not_in_the_answer() {
    let settings = [
        ("MYSQL_HOST", "127.0.0.1"),
        ("MYSQL_PORT", "1"),
        ("MYSQL_USER", "dog"),
        ("MYSQL_DATABASE", "dogs"),
        ("MYSQL_PASSWORD", "x"),
    ];
    let app = App::start_with(&Database::fresh_sqlite(), &settings);
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let traced = format!("00-{trace}-00f067aa0ba902b7-01");
    let answer = app.ask("GET", "/api/v1/visits", &[("x-request-id", "fails"), ("traceparent", &traced)]);
    assert_eq!(answer.status, 503);
    let line =
        app.log.wait_for("the cause", wait::PATIENCE, |line| line["request_id"] == "fails" && line["level"] == "error");
    assert!(text(&line["cause"]).contains("Can't connect"), "{line}");
    assert_eq!(line["trace_id"], trace, "who looks for the trace of a caller finds the cause as well");
    assert!(!answer.text().contains("connect"), "{}", answer.text());
}

#[test]
fn what_is_the_clients_fault_is_no_error_of_ours() {
    let app = App::start_with(&Database::fresh_sqlite(), &[("LOG_LEVEL", "debug")]);
    let mut client = Connection::open(app.address).unwrap();
    let head = "POST /api/v1/visits HTTP/1.1\r\nhost: x\r\nx-request-id: broken\r\ntransfer-encoding: chunked\r\n\r\n";
    client.send(format!("{head}no chunk\r\n").as_bytes()).unwrap();
    assert_eq!(client.answer(false).unwrap().status, 400);
    let of_it = |message: &str| {
        app.log.wait_for(message, wait::PATIENCE, |line| line["request_id"] == "broken" && line["msg"] == message)
    };
    assert_eq!(of_it("Request")["status"], 400);
    let told = of_it("Request refused");
    assert_eq!(told["level"], "debug", "{told}");
    assert!(text(&told["cause"]).contains("reading a body"), "{told}");
    assert!(app.log.json().iter().all(|line| line["level"] != "error"), "{}", app.log.text());
}

#[test]
fn text_is_for_people() {
    let mut command = program(&Database::fresh_sqlite(), &[("PORT", "0"), ("OPS_PORT", "0"), ("LOG_FORMAT", "text")]);
    command.arg("serve");
    let mut process = Process::spawn(command).unwrap();
    let lines = Lines::of(process.stdout());
    wait::until("a line for people", wait::PATIENCE, || lines.text().contains("INFO Listening").then_some(()));
}
