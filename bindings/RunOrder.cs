using System.Text.Json.Serialization;

namespace LabRunner.Interop;

/// <summary>An order to a run that is under way.</summary>
/// <param name="Place">The run's folder.</param>
/// <param name="By">The user who sends it.</param>
/// <param name="Order"><c>stop</c>, <c>suspend</c>, <c>resume</c>, <c>skip</c> or <c>restart</c>.</param>
/// <param name="Operation">The operation that it is about, by name or id.</param>
/// <param name="Kill">Whether a stop gives operations no grace.</param>
public sealed record OrderRequest(string Place, string By, string Order, string? Operation = null, bool Kill = false);

/// <summary>An order that was sent; it asks for the answer.</summary>
public sealed class SentOrder
{
    /// <summary>The run's folder.</summary>
    [JsonRequired]
    public string Place { get; set; } = "";

    /// <summary>The order's id.</summary>
    [JsonRequired]
    public string Id { get; set; } = "";

    /// <summary>Up to where the run's journal was read.</summary>
    [JsonRequired]
    public JournalPlace From { get; set; } = new(0, null);

    /// <summary>How long ago it was sent.</summary>
    [JsonRequired]
    public long WaitedMs { get; set; }
}

/// <summary>A place in a run's journal.</summary>
/// <param name="Offset">Bytes before it.</param>
/// <param name="Next">The number of the entry that begins there, where that is known.</param>
public sealed record JournalPlace(ulong Offset, ulong? Next);

/// <summary>What has come of an order so far.</summary>
public sealed class OrderAnswer
{
    /// <summary>What came of it, as a sentence; null while that is not known.</summary>
    public string? Done { get; set; }

    /// <summary>How to ask again.</summary>
    [JsonRequired]
    public SentOrder Sent { get; set; } = new();
}
