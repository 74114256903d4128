namespace LabRunner;

/// <summary>How progress is shown.</summary>
public enum LabProgressStyle
{
    /// <summary>One bar for the run and one for each running operation.</summary>
    Bar,

    /// <summary>One line that shows that something happens.</summary>
    Spinner,

    /// <summary>One line with the percentage.</summary>
    Percentage,

    /// <summary>As Bar, with times and with what operations themselves report.</summary>
    Detailed,
}
