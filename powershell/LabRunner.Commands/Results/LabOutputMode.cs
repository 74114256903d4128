namespace LabRunner;

/// <summary>When what operations write besides their output is shown.</summary>
public enum LabOutputMode
{
    /// <summary>While they run, each line with the name of its operation.</summary>
    Live,

    /// <summary>Operation by operation, when each has ended.</summary>
    Grouped,
}
