//! Budgets, and what was measured of them.

/// A bound.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Budget {
    AtLeast(f64),
    AtMost(f64),
}

/// A measured value beside its budget.
#[derive(Debug)]
pub(crate) struct Verdict {
    what: String,
    value: f64,
    budget: Budget,
}

impl Verdict {
    pub(crate) fn new(what: impl Into<String>, value: f64, budget: Budget) -> Self {
        Self { what: what.into(), value, budget }
    }

    fn is_within(&self) -> bool {
        match self.budget {
            Budget::AtLeast(bound) => self.value >= bound,
            Budget::AtMost(bound) => self.value <= bound,
        }
    }
}

/// Prints them all.
pub(crate) fn print(verdicts: &[Verdict]) {
    if verdicts.is_empty() {
        return;
    }
    println!("\n  {:<62} {:>9} {:>10} {:>7}", "", "measured", "budget", "ratio");
    for verdict in verdicts {
        let (sign, bound) = match verdict.budget {
            Budget::AtLeast(bound) => ('≥', bound),
            Budget::AtMost(bound) => ('≤', bound),
        };
        let within = if verdict.is_within() { "within" } else { "over" };
        println!(
            "  {:<62} {:>9.2} {:>10} {:>7.2}  {within}",
            verdict.what,
            verdict.value,
            format!("{sign} {bound}"),
            verdict.value / bound
        );
    }
    println!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_itself_is_within() {
        for (value, budget, is_within) in [
            (0.5, Budget::AtLeast(0.5), true),
            (0.49, Budget::AtLeast(0.5), false),
            (80.0, Budget::AtMost(80.0), true),
            (80.1, Budget::AtMost(80.0), false),
            (f64::NAN, Budget::AtMost(80.0), false),
        ] {
            assert_eq!(Verdict::new("value", value, budget).is_within(), is_within, "{value} {budget:?}");
        }
    }
}
