namespace LabRunner;

/// <summary>A mapping of a configuration file: its keys in order, found whatever their case.</summary>
/// <remarks>
/// PowerShell asks a dictionary for its keys before its members, so <c>$config.nodes</c>, <c>$config['Nodes']</c> and
/// a key called <c>count</c> all work, and a node can be splatted.
/// </remarks>
public sealed class LabConfigNode : LabTable
{
    /// <inheritdoc/>
    internal override LabTable Empty() => new LabConfigNode();
}
