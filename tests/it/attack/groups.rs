//! Groups at vendors that were written by others, and changes that cross each other.

mod answers;
mod crossing;
mod lookalikes;
mod names;
mod numbers;
mod rewritten;
