//! Orders over small numbers: circles, and who comes after whom.

/// The circles of a graph in which `after[i]` are those that `i` needs: each is a set of two or more that need each other,
/// or one that needs itself. The answer says for everybody the number of its circle.
pub(super) fn circles(after: &[Vec<usize>]) -> Vec<Option<usize>> {
    // Tarjan's algorithm with its recursion on a stack of our own: a chain may be as long as the request.
    const UNSEEN: usize = usize::MAX;
    let count = after.len();
    let (mut index, mut low) = (vec![UNSEEN; count], vec![0; count]);
    let (mut open, mut is_open) = (Vec::new(), vec![false; count]);
    let (mut circle_of, mut circles, mut next) = (vec![None; count], 0, 0);
    for root in 0..count {
        if index[root] != UNSEEN {
            continue;
        }
        let mut calls = vec![(root, 0)];
        while let Some(&mut (node, ref mut edge)) = calls.last_mut() {
            if *edge == 0 {
                (index[node], low[node]) = (next, next);
                next += 1;
                open.push(node);
                is_open[node] = true;
            }
            if let Some(&to) = after[node].get(*edge) {
                *edge += 1;
                if index[to] == UNSEEN {
                    calls.push((to, 0));
                } else if is_open[to] {
                    low[node] = low[node].min(index[to]);
                }
                continue;
            }
            calls.pop();
            if let Some(&(parent, _)) = calls.last() {
                low[parent] = low[parent].min(low[node]);
            }
            if low[node] == index[node] {
                let from = open.iter().rposition(|&it| it == node).expect("a node is open until its circle ends");
                let members = open.split_off(from);
                let circular = members.len() > 1 || after[node].contains(&node);
                for &member in &members {
                    is_open[member] = false;
                    circle_of[member] = circular.then_some(circles);
                }
                circles += usize::from(circular);
            }
        }
    }
    circle_of
}

/// Everybody in turn, but for those that somebody needs, who come before him. There are no circles.
pub(super) fn pulled(after: &[Vec<usize>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(after.len());
    let mut is_seen = vec![false; after.len()];
    for root in 0..after.len() {
        let mut calls = Vec::new();
        if !std::mem::replace(&mut is_seen[root], true) {
            calls.push((root, 0));
        }
        while let Some((node, edge)) = calls.last_mut() {
            if let Some(&need) = after[*node].get(*edge) {
                *edge += 1;
                if !std::mem::replace(&mut is_seen[need], true) {
                    calls.push((need, 0));
                }
            } else {
                order.push(*node);
                calls.pop();
            }
        }
    }
    order
}
