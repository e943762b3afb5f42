//! Where a name of the project stands: what is written before it, and after it, where the same word means other things.
//! `dog-gif-app` is also the program, its chart and its Application, and those keep their name.

use super::project::Project;

/// What the names of buckets, and of the table beside one, end with.
const BUCKETS: [&str; 8] = [
    "backups",
    "mysql-backups",
    "staging-mysql-backups",
    "terraform-state",
    "terraform-locks",
    "production-loki-chunks",
    "production-loki-ruler",
    "production-loki-admin",
];

/// One name at one kind of place.
#[derive(Debug, PartialEq, Eq)]
pub struct Form {
    /// What stands before; where it has a space, any white space will do.
    before: &'static str,
    pub value: String,
    after: &'static str,
}

/// Every kind of place; the same ones in the same order for each project.
pub fn forms(project: &Project) -> Vec<Form> {
    let mut forms = Vec::new();
    let mut add = |befores: &[&'static str], value: &str, after: &'static str| {
        forms.extend(befores.iter().map(|before| Form { before, value: value.to_owned(), after }));
    };
    let Project { owner, repository, .. } = project;
    add(&["github.com/", "\"", "repo:", "--repo ", "raw.githubusercontent.com/"], &format!("{owner}/{repository}"), "");
    // The organisation whose teams come into Argo CD and Grafana.
    add(&["orgs: - name: ", "organizations: "], owner, "");
    add(&["g, "], owner, ":");
    add(&["'@"], owner, "/");
    add(&[""], &project.registry, "");
    add(&[""], &project.domain, "");
    for project in [&project.nonproduction_project, &project.production_project] {
        let written = ["projectID: ", "projectID, value: ", "project_id = \"", "--project ", "--project=", "projects/"];
        add(&written, project, "");
        // cert-manager's spelling.
        add(&["project: ", "project, value: "], project, "");
        add(&["@"], project, "");
    }
    for bucket in BUCKETS {
        add(&[""], &format!("{}-{bucket}", project.buckets), "");
    }
    // Of terraform/bootstrap, whose bucket and table begin so, and of the table in its README.
    add(&["default = \"", "| `\""], &project.buckets, "\"");
    forms
}

impl Form {
    pub fn stands_in(&self, text: &str) -> bool {
        self.places(text).next().is_some()
    }

    /// The text with another value at each of these places.
    pub fn replace(&self, text: &str, value: &str) -> String {
        let mut result = String::new();
        let mut end = 0;
        for begin in self.places(text) {
            result += &text[end..begin];
            result += value;
            end = begin + self.value.len();
        }
        result + &text[end..]
    }

    fn places<'a>(&'a self, text: &'a str) -> impl Iterator<Item = usize> + 'a {
        text.match_indices(self.value.as_str()).map(|(begin, _)| begin).filter(move |begin| {
            let (before, after) = (&text[..*begin], &text[begin + self.value.len()..]);
            self.follows(before) && after.starts_with(self.after) && (!self.after.is_empty() || ends(after))
        })
    }

    fn follows(&self, before: &str) -> bool {
        if self.before.is_empty() {
            return !before.ends_with(is_word);
        }
        let mut rest = before;
        for (number, word) in self.before.rsplit(' ').enumerate() {
            // White space between words, and before the value if the form ends with it.
            let trimmed = if number > 0 { rest.trim_end() } else { rest };
            match trimmed.strip_suffix(word) {
                Some(shorter) => rest = shorter,
                None => return false,
            }
        }
        true
    }
}

/// Whether a name is over here: a dot goes on if letters follow, as in `dog-gif-app.git`, and that is another word.
fn ends(after: &str) -> bool {
    !after.starts_with(is_word)
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '-' || character == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(owner: &str, domain: &str, buckets: &str) -> Project {
        Project {
            owner: owner.to_owned(),
            repository: "dogs".to_owned(),
            registry: format!("ghcr.io/{owner}"),
            domain: domain.to_owned(),
            nonproduction_project: format!("{owner}-nonproduction"),
            production_project: format!("{owner}-production"),
            buckets: buckets.to_owned(),
        }
    }

    fn adopted(text: &str) -> String {
        let (old, new) =
            (forms(&project("dogs", "dogs.example", "dogs")), forms(&project("acme", "acme.test", "pile")));
        old.iter().zip(&new).fold(text.to_owned(), |text, (old, new)| old.replace(&text, &new.value))
    }

    #[test]
    fn a_name_changes_where_it_is_ours() {
        for (before, after) in [
            ("https://github.com/dogs/dogs/blob/main", "https://github.com/acme/dogs/blob/main"),
            ("https://github.com/dogs/dogs.git", "https://github.com/acme/dogs.git"),
            ("x = \"dogs/dogs\"", "x = \"acme/dogs\""),
            ("repo:dogs/dogs:ref:refs/heads/main", "repo:acme/dogs:ref:refs/heads/main"),
            ("image: ghcr.io/dogs/dogs@sha256:00", "image: ghcr.io/acme/dogs@sha256:00"),
            ("  ghcr.io/dogs/\n", "  ghcr.io/acme/\n"),
            ("[dogs.example, dev.dogs.example]", "[acme.test, dev.acme.test]"),
            ("orgs:\n    - name: dogs\n", "orgs:\n    - name: acme\n"),
            ("g, dogs:platform, role:admin", "g, acme:platform, role:admin"),
            ("allowed_organizations: dogs\n", "allowed_organizations: acme\n"),
            ("contains(groups[*], '@dogs/platform')", "contains(groups[*], '@acme/platform')"),
            ("projectID: dogs-production", "projectID: acme-production"),
            (
                "nonproduction_project_id   = \"dogs-nonproduction\"",
                "nonproduction_project_id   = \"acme-nonproduction\"",
            ),
            ("a@dogs-production.iam.gserviceaccount.com", "a@acme-production.iam.gserviceaccount.com"),
            ("bucket: dogs-mysql-backups", "bucket: pile-mysql-backups"),
        ] {
            assert_eq!(adopted(before), after);
            assert_eq!(adopted(after), after, "once is enough");
        }
    }

    #[test]
    fn a_name_stays_where_it_means_something_else() {
        for text in [
            "name: dogs",
            "namespace: dogs-production",
            "charts/dogs/values.yaml",
            "key: dogs-production-mysql",
            "https://github.com/dogs/dogs-tools",
            "https://github.com/hotdogs/dogs",
            "ghcr.io/dogs-and-cats/x",
            "hotdogs.example",
            "dogs.examples",
            "name: dogs-backups-2",
        ] {
            assert_eq!(adopted(text), text);
        }
    }
}
