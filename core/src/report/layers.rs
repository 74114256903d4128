//! The place of each operation in a drawing of the graph: how many lie before it, and its position among its equals.

use crate::graph::OpId;
use crate::record::PlannedOperation;

/// Rounds in which places follow their neighbours'.
const ROUNDS: usize = 4;

/// Column and row of each operation. Circles, which no plan has, are cut where they are found.
pub fn places(operations: &[PlannedOperation]) -> Vec<(u32, u32)> {
    let columns = columns(operations);
    let count = columns.iter().max().map_or(0, |last| *last as usize + 1);
    let mut rows_of: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (place, column) in columns.iter().enumerate() {
        rows_of[*column as usize].push(place);
    }
    let mut dependents: Vec<Vec<usize>> = vec![Vec::new(); operations.len()];
    let mut dependencies: Vec<Vec<usize>> = vec![Vec::new(); operations.len()];
    for (place, operation) in operations.iter().enumerate() {
        for before in operation.after.iter().map(|op| op.index()).filter(|before| *before < operations.len())
        {
            dependents[before].push(place);
            dependencies[place].push(before);
        }
    }
    let mut row = vec![0.0f64; operations.len()];
    let number = |column: &[usize], row: &mut [f64]| {
        for (at, place) in column.iter().enumerate() {
            row[*place] = at as f64;
        }
    };
    rows_of.iter().for_each(|column| number(column, &mut row));
    for round in 0..ROUNDS {
        let forward = round % 2 == 0;
        let neighbours = if forward { &dependencies } else { &dependents };
        let order: Vec<usize> = if forward { (0..count).collect() } else { (0..count).rev().collect() };
        for column in order {
            let mean = |place: &usize| {
                let near = &neighbours[*place];
                match near.len() {
                    0 => row[*place],
                    many => near.iter().map(|other| row[*other]).sum::<f64>() / many as f64,
                }
            };
            let mut wanted: Vec<(f64, usize)> =
                rows_of[column].iter().map(|place| (mean(place), *place)).collect();
            wanted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            rows_of[column] = wanted.into_iter().map(|(_, place)| place).collect();
            number(&rows_of[column], &mut row);
        }
    }
    columns.into_iter().zip(row).map(|(column, row)| (column, row as u32)).collect()
}

/// Operations on the longest path before each one.
fn columns(operations: &[PlannedOperation]) -> Vec<u32> {
    let mut open: Vec<usize> = operations.iter().map(|it| it.after.len()).collect();
    let mut dependents: Vec<Vec<u32>> = vec![Vec::new(); operations.len()];
    for (place, operation) in (0..).zip(operations) {
        for &OpId(before) in &operation.after {
            match dependents.get_mut(before as usize) {
                Some(of) => of.push(place),
                None => open[place as usize] -= 1,
            }
        }
    }
    let mut columns = vec![0; operations.len()];
    let mut ready: Vec<u32> =
        (0..).zip(&open).filter(|(_, open)| **open == 0).map(|(place, _)| place).collect();
    while let Some(place) = ready.pop() {
        for &next in &dependents[place as usize] {
            columns[next as usize] = columns[next as usize].max(columns[place as usize] + 1);
            open[next as usize] -= 1;
            if open[next as usize] == 0 {
                ready.push(next);
            }
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(lists: &[&[u32]]) -> Vec<PlannedOperation> {
        let operation = |list: &&[u32]| PlannedOperation {
            after: list.iter().map(|op| OpId(*op)).collect(),
            ..PlannedOperation::named("x")
        };
        lists.iter().map(operation).collect()
    }

    #[test]
    fn what_depends_stands_to_the_right_and_lines_do_not_cross_needlessly() {
        // Two chains that are declared crosswise.
        let places = places(&after(&[&[], &[], &[1], &[0], &[3], &[2]]));
        assert_eq!(places.iter().map(|place| place.0).collect::<Vec<_>>(), [0, 0, 1, 1, 2, 2]);
        assert_eq!(
            (places[0].1 < places[1].1, places[3].1 < places[2].1, places[4].1 < places[5].1),
            (true, true, true)
        );
    }

    #[test]
    fn a_damaged_plan_is_drawn_all_the_same() {
        assert_eq!(places(&after(&[&[1], &[0], &[77]])).len(), 3);
        assert!(places(&[]).is_empty());
    }
}
