//! `make bump`, `promote`, `render` and `diff`, as somebody types them: the real program in a Git repository of its own,
//! with this work tree's k8s/ in it. No cluster; kustomize and Helm are the pinned ones.

mod arguments;
mod bump;
mod checkout;
mod diff;
mod documents;
mod promote;
mod render;
