//! Read models: they are what the log says, however they came about and whatever
//! happened to their files.

mod book;
mod cases;
mod damage;
mod following;
mod killed;
mod rebuilding;
