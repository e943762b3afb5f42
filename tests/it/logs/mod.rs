//! Log lines on their way from the program to the store: with the collector's configuration as it stands in the values of its
//! chart, a collector that is killed, and a store that goes away. Not a line may be missing.

mod configuration;
mod error_page;
mod lines;
mod losses;
mod road;
