namespace LabRunner.Streams;

/// <summary>A writer that can be made to give up waiting for room.</summary>
internal interface IBlockedWriter
{
    /// <summary>Whether it is to give up.</summary>
    bool IsStopped { get; }
}
