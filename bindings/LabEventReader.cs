using System.Text.Json;

namespace LabRunner.Interop;

/// <summary>Reads the array of events that one wait returns; see <see cref="ReaderExtensions"/> for why not by generated metadata.</summary>
internal static class LabEventReader
{
    /// <summary>The events of a document.</summary>
    /// <exception cref="JsonException">It is not an array of events.</exception>
    internal static LabEvent[] Read(ReadOnlySpan<byte> document)
    {
        var reader = new Utf8JsonReader(document);
        _ = reader.Read();
        return Read(ref reader);
    }

    /// <summary>The events of an array, which begins here: of a wait, or entries of a journal.</summary>
    /// <exception cref="JsonException">It is not an array of events.</exception>
    internal static LabEvent[] Read(ref Utf8JsonReader reader) => reader.Array<LabEvent>(Member);

    private static void Member(ref Utf8JsonReader reader, LabEvent happened)
    {
        if (reader.Is("run"u8))
        {
            happened.Run = reader.GetUInt64();
        }
        else if (reader.Is("event"u8))
        {
            happened.Kind = Kind(ref reader);
        }
        else if (reader.Is("at_ms"u8) || reader.Is("at"u8))
        {
            happened.AtMs = reader.GetInt64();
        }
        else if (reader.Is("op"u8))
        {
            happened.Operation = reader.GetInt32();
        }
        else if (reader.Is("attempt"u8))
        {
            happened.Attempt = reader.GetUInt32();
        }
        else if (reader.Is("worker"u8))
        {
            happened.Worker = reader.IsNull() ? null : reader.GetUInt32();
        }
        else if (reader.Is("workers"u8))
        {
            happened.Workers = reader.GetInt32();
        }
        else if (reader.Is("status"u8))
        {
            happened.Status = reader.GetString();
        }
        else if (reader.Is("reason"u8))
        {
            happened.Reason = reader.GetString();
        }
        else if (reader.Is("duration_ms"u8))
        {
            happened.DurationMs = reader.GetDouble();
        }
        else if (reader.Is("delay_ms"u8))
        {
            happened.DelayMs = reader.GetDouble();
        }
        else if (reader.Is("exit_code"u8))
        {
            happened.ExitCode = reader.IsNull() ? null : reader.GetInt32();
        }
        else if (reader.Is("stream"u8))
        {
            happened.Stream = reader.GetString();
        }
        else if (reader.Is("line"u8))
        {
            happened.Line = reader.GetString();
        }
        else if (reader.Is("message"u8))
        {
            happened.Message = reader.GetString();
        }
        else if (reader.Is("from"u8))
        {
            happened.From = reader.GetString();
        }
        else if (reader.Is("test"u8))
        {
            happened.Test = reader.IsNull() ? null : reader.GetBoolean();
        }
        else if (reader.Is("up_to_date"u8))
        {
            happened.UpToDate = reader.GetBoolean();
        }
        else if (reader.Is("error"u8))
        {
            happened.Error = reader.IsNull() ? null : JsonSerializer.Deserialize(ref reader, CoreJson.Default.LabErrorReport);
        }
        else if (reader.Is("remedy"u8))
        {
            happened.Remedy = reader.GetString();
        }
        else if (reader.Is("refused"u8))
        {
            // Of an order it is a document, which is for whoever gave the order.
            if (reader.TokenType == JsonTokenType.String)
            {
                happened.Refused = reader.GetString();
            }
            else
            {
                reader.Skip();
            }
        }
        else if (reader.Is("check"u8))
        {
            happened.Check = reader.GetString();
        }
        else if (reader.Is("because"u8))
        {
            happened.Because = reader.IsNull() ? null : JsonSerializer.Deserialize(ref reader, CoreJson.Default.LabScheduleSkip);
        }
        else
        {
            // What is for the record only, such as an event's place in its sequence.
            reader.Skip();
        }
    }

    // The one place where the core's words for events become kinds.
    private static LabEventKind Kind(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("started"u8) ? LabEventKind.Started
        : reader.ValueTextEquals("ended"u8) ? LabEventKind.Ended
        : reader.ValueTextEquals("output"u8) ? LabEventKind.Output
        : reader.ValueTextEquals("demand"u8) ? LabEventKind.Demand
        : reader.ValueTextEquals("skipped"u8) ? LabEventKind.Skipped
        : reader.ValueTextEquals("retrying"u8) ? LabEventKind.Retrying
        : reader.ValueTextEquals("stop"u8) ? LabEventKind.Stop
        : reader.ValueTextEquals("serving"u8) ? LabEventKind.Serving
        : reader.ValueTextEquals("kept"u8) ? LabEventKind.Kept
        : reader.ValueTextEquals("current"u8) ? LabEventKind.Current
        : reader.ValueTextEquals("due"u8) ? LabEventKind.Due
        : reader.ValueTextEquals("warning"u8) ? LabEventKind.Warning
        : reader.ValueTextEquals("rolling-back"u8) ? LabEventKind.RollingBack
        : reader.ValueTextEquals("health"u8) ? LabEventKind.Health
        : reader.ValueTextEquals("restart"u8) ? LabEventKind.Restart
        : reader.ValueTextEquals("suspended"u8) ? LabEventKind.Suspended
        : reader.ValueTextEquals("continued"u8) ? LabEventKind.Continued
        : reader.ValueTextEquals("finished"u8) ? LabEventKind.Finished
        : LabEventKind.Unknown;
}
