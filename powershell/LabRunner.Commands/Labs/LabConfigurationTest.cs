namespace LabRunner;

/// <summary>What a check of a lab configuration found.</summary>
/// <remarks>
/// It has <see cref="Success"/> and <see cref="Error"/>, so that an operation whose only output is the test of a bad
/// configuration fails with what is wrong with it.
/// </remarks>
public sealed class LabConfigurationTest
{
    /// <summary>The file that was checked; nothing for a configuration that came as an object.</summary>
    public string? Path { get; internal init; }

    /// <summary>The lab's name.</summary>
    public string? LabName { get; internal set; }

    /// <summary>Whether the lab can be run.</summary>
    public bool Valid => Errors.Length == 0;

    /// <summary>The same as <see cref="Valid"/>.</summary>
    public bool Success => Valid;

    /// <summary>What is wrong with it, as one text.</summary>
    public string? Error => Valid ? null : string.Join(Environment.NewLine, Errors.Select(finding => finding.ToString()));

    /// <summary>Everything that keeps it from being run.</summary>
    public LabConfigFinding[] Errors { get; internal set; } = [];

    /// <summary>What is passed over or looks wrong.</summary>
    public LabConfigFinding[] Warnings { get; internal set; } = [];

    /// <summary>All of both, the errors first.</summary>
    internal IEnumerable<LabConfigFinding> Findings => Errors.Concat(Warnings);

    /// <summary>The first error, or else the first warning; null when all is well.</summary>
    public string? FirstFinding => Findings.FirstOrDefault()?.ToString();

    /// <summary>The names of its operations in the order in which one worker would run them.</summary>
    public string[] Operations { get; internal set; } = [];

    /// <inheritdoc/>
    public override string ToString() => Error ?? $"{Path ?? LabName}: valid";
}
