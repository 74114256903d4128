//! Random numbers of a normal distribution, the same in every run.

use labrunner_core::random::Random;

/// A normal number, mean 0 and deviation 1 (Box and Muller).
pub fn normal(random: &mut Random) -> f64 {
    // Above zero, for the logarithm.
    let mut unit = || ((random.next() >> 11) + 1) as f64 / (1u64 << 53) as f64;
    (-2.0 * unit().ln()).sqrt() * (std::f64::consts::TAU * unit()).cos()
}
