using System.Collections.Specialized;

namespace LabRunner;

/// <summary>A mapping of a configuration file: its keys in order, found whatever their case.</summary>
/// <remarks>
/// PowerShell asks a dictionary for its keys before its members, so <c>$config.nodes</c>, <c>$config['Nodes']</c> and
/// a key called <c>count</c> all work, and a node can be splatted.
/// </remarks>
public sealed class LabConfigNode : OrderedDictionary
{
    /// <summary>Creates an empty mapping.</summary>
    public LabConfigNode()
        : base(StringComparer.OrdinalIgnoreCase)
    {
    }

    internal LabConfigNode(int capacity)
        : base(capacity, StringComparer.OrdinalIgnoreCase)
    {
    }

    /// <inheritdoc/>
    public override string ToString() => $"{{{string.Join(", ", Keys.Cast<string>())}}}";
}
