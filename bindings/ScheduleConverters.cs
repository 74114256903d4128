using System.Text.Json;
using System.Text.Json.Serialization;

namespace LabRunner.Interop;

/// <summary>Milliseconds of the core as a time span. What is longer than a time span can be is its longest.</summary>
internal sealed class MillisecondsConverter : JsonConverter<TimeSpan>
{
    /// <inheritdoc/>
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Span(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => writer.WriteNumberValue((long)value.TotalMilliseconds);

    internal static TimeSpan Span(ref Utf8JsonReader reader)
    {
        ulong milliseconds = reader.GetUInt64();
        return milliseconds < (ulong)(TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMillisecond)
            ? TimeSpan.FromTicks((long)milliseconds * TimeSpan.TicksPerMillisecond)
            : TimeSpan.MaxValue;
    }
}

/// <summary>The same where there may be none.</summary>
internal sealed class OptionalMillisecondsConverter : JsonConverter<TimeSpan?>
{
    /// <inheritdoc/>
    public override TimeSpan? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? null : MillisecondsConverter.Span(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TimeSpan? value, JsonSerializerOptions options)
    {
        if (value is { } span)
        {
            writer.WriteNumberValue((long)span.TotalMilliseconds);
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}

/// <summary>Steps, which the core writes as pairs of a moment and an amount.</summary>
internal sealed class StepsConverter : JsonConverter<LabResourceStep[]>
{
    /// <inheritdoc/>
    public override LabResourceStep[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        List<LabResourceStep> steps = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            _ = reader.Read();
            TimeSpan from = MillisecondsConverter.Span(ref reader);
            _ = reader.Read();
            steps.Add(new LabResourceStep(from, reader.GetInt64()));
            _ = reader.Read();
        }

        return [.. steps];
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, LabResourceStep[] value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (LabResourceStep step in value)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue((long)step.From.TotalMilliseconds);
            writer.WriteNumberValue(step.Used);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }
}
