namespace LabRunner.Workers;

/// <summary>What becomes of a worker whose pipeline has ended.</summary>
internal enum PipelineEnd
{
    /// <summary>Another pipeline, in the same runspace.</summary>
    Again,

    /// <summary>Another pipeline, in another runspace.</summary>
    Renew,

    /// <summary>The worker ends.</summary>
    Last,
}
