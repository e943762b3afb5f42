//! The Argo CD tree, as text and as kustomize renders it: no cluster, a second. That the API server and Argo CD
//! accept it is shown by the leg `gitops`.

mod applications;
mod charts;
mod monitoring;
mod projects;
mod tree;
