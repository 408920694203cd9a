//! Groups at vendors that were written by others, and changes that cross each other.

mod crossing;
mod lookalikes;
mod rewritten;
