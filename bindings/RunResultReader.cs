using System.Text.Json;

namespace LabRunner.Interop;

/// <summary>Reads what is known of a run; see <see cref="ReaderExtensions"/> for why not by generated metadata.</summary>
internal static class RunResultReader
{
    /// <summary>The result in a document.</summary>
    /// <exception cref="JsonException">It is not a result.</exception>
    internal static RunResult Read(ReadOnlySpan<byte> document)
    {
        var reader = new Utf8JsonReader(document);
        _ = reader.Read();
        return reader.Object(new RunResult(), Result);
    }

    private static void Result(ref Utf8JsonReader reader, RunResult result)
    {
        if (reader.Is("run"u8))
        {
            result.Run = reader.GetString() ?? "";
        }
        else if (reader.Is("directory"u8))
        {
            result.Directory = reader.GetString();
        }
        else if (reader.Is("source"u8))
        {
            result.Source = reader.GetString();
        }
        else if (reader.Is("metrics"u8))
        {
            result.Metrics = reader.Object(new RunMetrics(), Metrics);
        }
        else if (reader.Is("defect"u8))
        {
            result.Defect = reader.GetString();
        }
        else if (reader.Is("operations"u8))
        {
            result.Operations = reader.Array<OperationOutcome>(Outcome);
        }
        else if (reader.Is("rollback"u8))
        {
            result.Rollback = reader.Array<OperationOutcome>(Outcome);
        }
        else if (reader.Is("health"u8))
        {
            result.Health = JsonSerializer.Deserialize(ref reader, CoreJson.Default.RecordedCheckArray) ?? [];
        }
        else
        {
            reader.Skip();
        }
    }

    private static void Metrics(ref Utf8JsonReader reader, RunMetrics metrics)
    {
        if (reader.Is("peak_concurrency"u8))
        {
            metrics.PeakConcurrency = reader.GetInt32();
        }
        else if (reader.Is("busy_ms"u8))
        {
            metrics.BusyMs = reader.GetDouble();
        }
        else
        {
            reader.Skip();
        }
    }

    private static void Outcome(ref Utf8JsonReader reader, OperationOutcome outcome)
    {
        if (reader.Is("index"u8))
        {
            outcome.Index = reader.GetInt32();
        }
        else if (reader.Is("status"u8))
        {
            outcome.Status = reader.GetString();
        }
        else if (reader.Is("kept_from"u8))
        {
            outcome.KeptFrom = reader.GetString();
        }
        else if (reader.Is("up_to_date"u8))
        {
            outcome.UpToDate = reader.GetBoolean();
        }
        else if (reader.Is("skipped_because"u8))
        {
            outcome.SkippedBecause = reader.IsNull() ? null : JsonSerializer.Deserialize(ref reader, CoreJson.Default.LabScheduleSkip);
        }
        else if (reader.Is("error"u8))
        {
            outcome.Error = reader.IsNull() ? null : JsonSerializer.Deserialize(ref reader, CoreJson.Default.LabErrorReport);
        }
        else if (reader.Is("exit_code"u8))
        {
            outcome.ExitCode = reader.IsNull() ? null : reader.GetInt32();
        }
        else if (reader.Is("health"u8))
        {
            outcome.Health = JsonSerializer.Deserialize(ref reader, CoreJson.Default.RecordedCheckArray) ?? [];
        }
        else
        {
            reader.Skip();
        }
    }
}
