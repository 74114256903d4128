namespace LabRunner;

/// <summary>A format of a report of a run.</summary>
public enum LabReportFormat
{
    /// <summary>A page for people.</summary>
    Html,

    /// <summary>For a comment on a pull request.</summary>
    Markdown,

    /// <summary>All that is known, for other programs.</summary>
    Json,

    /// <summary>For build servers.</summary>
    JUnit,

    /// <summary>The graph of the run, as a flowchart.</summary>
    Mermaid,

    /// <summary>For Perfetto, and the tracing page of Chrome.</summary>
    ChromeTrace,
}
