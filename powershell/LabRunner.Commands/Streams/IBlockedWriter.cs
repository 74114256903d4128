namespace LabRunner.Streams;

/// <summary>A writer that can be told to give up waiting for room.</summary>
internal interface IBlockedWriter
{
    /// <summary>Whether it was told to.</summary>
    bool IsStopped { get; }
}
