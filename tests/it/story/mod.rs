//! What the program does for visitors and operators; the same on SQLite, MariaDB and MySQL.

mod api;
mod backup;
mod catalogue;
pub mod counting;
mod errors;
mod gif_files;
mod gifs_command;
mod migrating;
mod operations;
mod pages;
