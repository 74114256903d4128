using System.Text.Json;

namespace LabRunner.Interop;

/// <summary>Reads the array of events that one wait returns.</summary>
/// <remarks>
/// Events are read in every run, in its first call too, and reading them by generated metadata makes the runtime compile some
/// four hundred methods there, nearly all of them System.Text.Json's own for each type of number. So they are read member by
/// member; only what is rare, an error or the cause of a skip, is left to the generated readers.
/// </remarks>
internal static class LabEventReader
{
    /// <summary>The events of a document.</summary>
    /// <exception cref="JsonException">It is not an array of events.</exception>
    internal static LabEvent[] Read(ReadOnlySpan<byte> document)
    {
        var reader = new Utf8JsonReader(document);
        var events = new List<LabEvent>();
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            events.Add(One(ref reader));
        }

        Expect(reader.TokenType == JsonTokenType.EndArray);
        return [.. events];
    }

    private static LabEvent One(ref Utf8JsonReader reader)
    {
        var happened = new LabEvent();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            Member(ref reader, happened);
        }

        Expect(reader.TokenType == JsonTokenType.EndObject);
        return happened;
    }

    private static void Member(ref Utf8JsonReader reader, LabEvent happened)
    {
        if (Is(ref reader, "run"u8))
        {
            happened.Run = reader.GetUInt64();
        }
        else if (Is(ref reader, "event"u8))
        {
            happened.Kind = Kind(ref reader);
        }
        else if (Is(ref reader, "at_ms"u8))
        {
            happened.AtMs = reader.GetInt64();
        }
        else if (Is(ref reader, "op"u8))
        {
            happened.Operation = reader.GetInt32();
        }
        else if (Is(ref reader, "attempt"u8))
        {
            happened.Attempt = reader.GetUInt32();
        }
        else if (Is(ref reader, "worker"u8))
        {
            happened.Worker = IsNull(ref reader) ? null : reader.GetUInt32();
        }
        else if (Is(ref reader, "workers"u8))
        {
            happened.Workers = reader.GetInt32();
        }
        else if (Is(ref reader, "status"u8))
        {
            happened.Status = reader.GetString();
        }
        else if (Is(ref reader, "reason"u8))
        {
            happened.Reason = reader.GetString();
        }
        else if (Is(ref reader, "duration_ms"u8))
        {
            happened.DurationMs = reader.GetDouble();
        }
        else if (Is(ref reader, "delay_ms"u8))
        {
            happened.DelayMs = reader.GetDouble();
        }
        else if (Is(ref reader, "exit_code"u8))
        {
            happened.ExitCode = IsNull(ref reader) ? null : reader.GetInt32();
        }
        else if (Is(ref reader, "stream"u8))
        {
            happened.Stream = reader.GetString();
        }
        else if (Is(ref reader, "line"u8))
        {
            happened.Line = reader.GetString();
        }
        else if (Is(ref reader, "message"u8))
        {
            happened.Message = reader.GetString();
        }
        else if (Is(ref reader, "from"u8))
        {
            happened.From = reader.GetString();
        }
        else if (Is(ref reader, "test"u8))
        {
            happened.Test = IsNull(ref reader) ? null : reader.GetBoolean();
        }
        else if (Is(ref reader, "up_to_date"u8))
        {
            happened.UpToDate = reader.GetBoolean();
        }
        else if (Is(ref reader, "error"u8))
        {
            happened.Error = IsNull(ref reader) ? null : JsonSerializer.Deserialize(ref reader, CoreJson.Default.LabErrorReport);
        }
        else if (Is(ref reader, "because"u8))
        {
            happened.Because = IsNull(ref reader) ? null : JsonSerializer.Deserialize(ref reader, CoreJson.Default.LabScheduleSkip);
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
        : reader.ValueTextEquals("restart"u8) ? LabEventKind.Restart
        : reader.ValueTextEquals("finished"u8) ? LabEventKind.Finished
        : LabEventKind.Unknown;

    // Whether this is the name of the member; then its value is the next token.
    private static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.ValueTextEquals(name) && reader.Read();

    private static bool IsNull(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.Null;

    private static void Expect(bool holds)
    {
        if (!holds)
        {
            throw new JsonException("The core gave events that cannot be read.");
        }
    }
}
