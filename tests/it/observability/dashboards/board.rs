//! The dashboards that the chart ships, as files: panels, queries, and in which line each is.

use std::path::Path;

use serde_json::Value;

/// One dashboard.
pub struct Board {
    /// Its path in the repository.
    pub path: String,
    pub json: Value,
    text: String,
}

/// One panel of a dashboard, headings left out.
pub struct Panel<'board> {
    pub board: &'board Board,
    pub json: &'board Value,
}

impl Board {
    /// All of them.
    pub fn all() -> Vec<Self> {
        let directory = Path::new("k8s/charts/dog-gif-app/files/dashboards");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut boards: Vec<_> = std::fs::read_dir(root.join(directory))
            .expect("the chart's dashboards")
            .map(|entry| {
                let path = directory.join(entry.unwrap().file_name()).display().to_string();
                let text = std::fs::read_to_string(root.join(&path)).unwrap();
                Self::of(path, text)
            })
            .collect();
        boards.sort_by(|one, other| one.path.cmp(&other.path));
        assert_eq!(boards.len(), 3, "overview, visit counter, operations");
        boards
    }

    fn of(path: String, text: String) -> Self {
        let json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        Self { path, json, text }
    }

    /// The same, but for what somebody has mistyped.
    pub fn mistyped(&self, right: &str, wrong: &str) -> Self {
        assert!(self.text.contains(right), "{} has no {right}", self.path);
        Self::of(self.path.clone(), self.text.replacen(right, wrong, 1))
    }

    pub fn panels(&self) -> impl Iterator<Item = Panel<'_>> {
        let panels = self.json["panels"].as_array().expect("panels");
        panels.iter().filter(|panel| panel["type"] != "row").map(|json| Panel { board: self, json })
    }

    /// `path:line` of the first place that has `piece`.
    pub fn place(&self, piece: &str) -> String {
        let before = self.text.split(piece).next().unwrap_or_default();
        format!("{}:{}", self.path, before.lines().count().max(1))
    }
}

impl<'board> Panel<'board> {
    pub fn title(&self) -> &'board str {
        self.json["title"].as_str().unwrap_or_default()
    }

    /// Where it is and how it is called, for whoever has to mend it.
    pub fn place(&self) -> String {
        format!("{}: panel {:?}", self.board.place(&format!("\"title\": {}", self.json["title"])), self.title())
    }

    pub fn queries(&self) -> impl Iterator<Item = &'board Value> {
        self.json["targets"].as_array().into_iter().flatten()
    }

    /// The PromQL among its queries: the expression, and how its series are called.
    pub fn metrics_queries(&self) -> impl Iterator<Item = (&'board str, &'board str)> {
        let of_metrics = self.queries().filter(|query| query["datasource"]["type"] == "prometheus");
        of_metrics.map(|query| {
            (query["expr"].as_str().unwrap_or_default(), query["legendFormat"].as_str().unwrap_or_default())
        })
    }
}

/// What Grafana puts in the place of variables, for the chosen namespace and a rate over `window`.
pub fn filled(expression: &str, namespace: &str, window: &str) -> String {
    expression.replace("$__rate_interval", window).replace("$__range", window).replace("$namespace", namespace)
}
