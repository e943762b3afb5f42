//! `make cleanup`, as somebody types it: the real program on a real registry, with a Git history of a hundred days. What
//! no machine of ours has, GitHub's packages API and the others', stands before that registry with the answers of theirs.

mod apis;
mod chart_directory;
mod git;
mod images;
mod refusals;
mod surprises;
