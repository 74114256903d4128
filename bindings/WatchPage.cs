using System.Text.Json;
using System.Text.Json.Serialization;

namespace LabRunner.Interop;

/// <summary>Which part of a run's journal is asked for.</summary>
/// <param name="Place">The run's folder, or an archive.</param>
/// <param name="From">Where the page begins: the <see cref="WatchPage.Next"/> of the page before; the beginning when null.</param>
public sealed record WatchQuery(string Place, JournalPlace? From);

/// <summary>A page of a run's journal.</summary>
public sealed class WatchPage
{
    /// <summary>What is known of the run before anything happens; in the first page only.</summary>
    public WatchedRun? Run { get; set; }

    /// <summary>What happened, in its order.</summary>
    [JsonRequired]
    [JsonConverter(typeof(EntriesConverter))]
    public LabEvent[] Entries { get; set; } = [];

    /// <summary>Where the next page begins.</summary>
    [JsonRequired]
    public JournalPlace Next { get; set; } = new(0, null);

    /// <summary>Whether there may be more at once.</summary>
    [JsonRequired]
    public bool More { get; set; }

    /// <summary>Whether there may be more later.</summary>
    [JsonRequired]
    public bool Running { get; set; }

    /// <summary>Why there is no more, if the journal has more.</summary>
    public string[] Warnings { get; set; } = [];
}

/// <summary>What is known of a run before anything happens.</summary>
public sealed class WatchedRun
{
    /// <summary>Its id.</summary>
    [JsonRequired]
    public string Run { get; set; } = "";

    /// <summary>Its name.</summary>
    [JsonRequired]
    public string Name { get; set; } = "";

    /// <summary>When it started, RFC 3339 in UTC; the times of entries count from there.</summary>
    [JsonRequired]
    public string StartedAt { get; set; } = "";

    /// <summary>How many of the names are those of operations; compensations follow.</summary>
    [JsonRequired]
    public int Operations { get; set; }

    /// <summary>The names by the numbers that entries have.</summary>
    [JsonRequired]
    public string[] Names { get; set; } = [];
}

/// <summary>Entries are read as the events that they were.</summary>
internal sealed class EntriesConverter : JsonConverter<LabEvent[]>
{
    /// <inheritdoc/>
    public override LabEvent[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => LabEventReader.Read(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, LabEvent[] value, JsonSerializerOptions options) => throw new NotSupportedException();
}
