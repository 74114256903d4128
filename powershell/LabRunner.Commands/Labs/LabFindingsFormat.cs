namespace LabRunner;

/// <summary>How the findings about labs are written.</summary>
public enum LabFindingsFormat
{
    /// <summary>As compilers write theirs, with the line and what to do.</summary>
    Text,

    /// <summary>A JSON array, one object a file.</summary>
    Json,

    /// <summary>Workflow commands of GitHub Actions, which show up as annotations.</summary>
    GitHub,

    /// <summary>SARIF 2.1.0, for code scanning.</summary>
    Sarif,
}
