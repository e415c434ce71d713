//! Figures as a table.

use crate::{contender::Figures, processor::Program};

/// Prints the figures of a part.
pub(crate) fn print(title: &str, figures: &[Figures]) {
    println!("\n  {title}\n");
    println!(
        "  {:<34} {:>8} {:>8} {:>8} {:>8} {:>10} {:>6} {:>8}",
        "", "per s", "p50 ms", "p99 ms", "max ms", "CPU ms/job", "cores", "commits"
    );
    for figures in figures {
        let cost = if figures.cost.is_empty() { String::new() } else { format!("{:.3}", figures.cost()) };
        let commits = figures.commits.map(|commits| format!("{commits:.2}")).unwrap_or_default();
        println!(
            "  {:<34} {:>8.0} {:>8.2} {:>8.2} {:>8.1} {cost:>10} {:>6.2} {commits:>8}",
            figures.name,
            figures.rate(),
            figures.percentile(50),
            figures.percentile(99),
            figures.percentile(100),
            figures.cores,
        );
        if figures.cost.iter().filter(|(name, _)| *name != Program::this().name).count() > 1 {
            let by_program = figures.cost.iter().map(|(name, cost)| format!("{name} {cost:.3}"));
            println!("  {:<34}   CPU ms/job: {}", "", by_program.collect::<Vec<_>>().join(", "));
        }
    }
}
