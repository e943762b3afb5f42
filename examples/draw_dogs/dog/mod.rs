//! The dog rig: breeds and the bodies and heads that can be posed.

pub mod belly;
pub mod breed;
pub mod coats;
pub mod ear;
pub mod front;
pub mod head;
pub mod kennel;
pub mod leg;
pub mod mouth;
pub mod side;
pub mod tail;
