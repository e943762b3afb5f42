//! What the program does for visitors and operators; the same on SQLite, MariaDB and MySQL.

mod api;
mod backup;
mod catalogue;
pub mod counting;
mod doubt;
mod errors;
mod gif_files;
mod gifs_command;
mod hanging_up;
mod migrating;
mod operations;
mod pages;
pub mod pool;
mod setting_the_count;
