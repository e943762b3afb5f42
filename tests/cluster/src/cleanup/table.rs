//! The plan for a reader: what, how old, how large, and why.

use time::Duration;

use super::plan::{Order, Plan, Row, Rules, Verdict, short};

pub fn table(place: &str, plan: &Plan, rules: &Rules, days: Duration) -> String {
    let order = match rules.order {
        Order::Time => "newest",
        Order::Semantic => "newest by number",
    };
    let mut text = format!(
        "# {place}\n# What stays: named in Git in the last {} days, the {} {order}, younger than {} days, and what those need.\n",
        days.whole_days(),
        rules.newest,
        rules.younger_than.whole_days(),
    );
    let cells: Vec<_> = plan.rows.iter().map(cells).collect();
    let heading = ["", "what", "parts", "age", "size", "why"].map(str::to_owned);
    let rows: Vec<_> = [heading].into_iter().chain(cells).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<_> = (0..6).map(width).collect();
    for row in &rows {
        let [verdict, what, parts, age, size, why] = row;
        let line = format!(
            "{verdict:<v$}  {what:<w$}  {parts:>p$}  {age:>a$}  {size:>s$}  {why}",
            v = widths[0],
            w = widths[1],
            p = widths[2],
            a = widths[3],
            s = widths[4],
        );
        text += line.trim_end();
        text.push('\n');
    }
    for (digest, mention) in &plan.absent {
        text += &format!("absent: {}, {mention}\n", short(digest));
    }
    let going = plan.units.len();
    text += &format!("{going} of {} go, which frees {}.\n", plan.rows.len().max(going), mebibytes(plan.freed_bytes));
    text
}

fn cells(row: &Row) -> [String; 6] {
    let (verdict, why) = match &row.verdict {
        Verdict::Keep(reason) => ("keep", reason.to_string()),
        Verdict::Delete { newer: 1 } => ("delete", "a newer one stays".to_owned()),
        Verdict::Delete { newer } => ("delete", format!("{newer} newer ones stay")),
        Verdict::DeleteLoose => ("delete", "belongs to nothing".to_owned()),
    };
    let parts = if row.parts == 0 { String::new() } else { format!("+{}", row.parts) };
    let age = row.age.map_or_else(|| "?".to_owned(), |age| format!("{} d", age.whole_days()));
    [verdict.to_owned(), row.name.clone(), parts, age, mebibytes(row.bytes), why]
}

#[expect(clippy::cast_precision_loss, reason = "one digit after the point is shown")]
fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
