//! What an expression asks for, as Prometheus itself has parsed it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::monitoring::Prometheus;

/// What an expression asks for.
pub struct Selector {
    pub metric: String,
    /// Without its range.
    pub text: String,
    /// Those it chooses and is grouped by.
    pub labels: BTreeSet<String>,
}

/// All selectors of an expression.
pub fn selectors(prometheus: &Prometheus, expression: &str) -> Vec<Selector> {
    let mut selectors = Vec::new();
    collect(&prometheus.parse(expression), &BTreeSet::new(), &mut selectors);
    selectors
}

/// All selectors of the expression `node`, which is as Prometheus has parsed it, under what groups by `grouping`.
fn collect(node: &Value, grouping: &BTreeSet<String>, selectors: &mut Vec<Selector>) {
    match node {
        Value::Object(fields) if ["vectorSelector", "matrixSelector"].contains(&kind(node)) => {
            let text = |field: &Value| field.as_str().unwrap().to_string();
            let matchers = fields["matchers"].as_array().unwrap().iter();
            let matchers: Vec<_> = matchers.map(|m| (text(&m["name"]), text(&m["type"]), text(&m["value"]))).collect();
            let written: Vec<_> = matchers.iter().map(|(name, is, value)| format!("{name}{is}{value:?}")).collect();
            let chosen = matchers.iter().map(|(name, ..)| name.clone()).filter(|name| name != "__name__");
            selectors.push(Selector {
                metric: text(&fields["name"]),
                text: format!("{{{}}}", written.join(",")),
                labels: chosen.chain(grouping.iter().cloned()).collect(),
            });
        }
        Value::Object(fields) => {
            let own = fields.get("grouping").and_then(Value::as_array).into_iter().flatten();
            let grouping =
                grouping.iter().cloned().chain(own.map(|label| label.as_str().unwrap().to_string())).collect();
            fields.values().for_each(|field| collect(field, &grouping, selectors));
        }
        Value::Array(nodes) => nodes.iter().for_each(|node| collect(node, grouping, selectors)),
        _ => {}
    }
}

fn kind(node: &Value) -> &str {
    node["type"].as_str().unwrap_or_default()
}
