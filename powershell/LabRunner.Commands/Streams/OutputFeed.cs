using System.Buffers;
using System.Buffers.Binary;
using System.Management.Automation;
using System.Text;
using LabRunner.Runs;
using LabRunner.Secrets;

namespace LabRunner.Streams;

/// <summary>Hands what scripts write over to the core, which keeps it with the run's record.</summary>
/// <remarks>
/// The thread that reads the run has it. A record is made text here and not where it is written, and only when it is known that
/// the run leaves a record: a short run without a name leaves none.
/// </remarks>
internal sealed class OutputFeed(RunSession run)
{
    // How long a record waits before it is handed over, and how many wait at most.
    private const long PauseMs = 200;
    private const int Most = 512;

    private const int Head = 21;
    private const int LongestText = 64 * 1024;
    private const byte Gap = 8;
    private const byte End = 9;

    private readonly List<Item> _waiting = [];
    private readonly ArrayBufferWriter<byte> _records = new();
    private Dictionary<string, int>? _numbers;
    private readonly HashSet<int> _writers = [];
    private readonly long _begun = Environment.TickCount64;
    private long _due;
    private bool _over = !run.Settings.Keeps;
    private bool _closed = !run.Settings.Keeps;

    /// <summary>How many milliseconds from now there is something to hand over; <c>-1</c> when nothing waits.</summary>
    internal int NextWait => _over || _waiting.Count == 0 ? Timeout.Infinite : (int)Math.Clamp(_due - Environment.TickCount64, 0, int.MaxValue);

    /// <summary>Takes a record of a script, or of the test of a program. What the program itself writes the core has already.</summary>
    internal void Add(LabRecord record)
    {
        if (!_over && !record.IsKept && (_numbers ??= Numbers(run)).TryGetValue(record.Operation, out var operation))
        {
            _writers.Add(operation);
            Wait(new Item(operation, record, null));
        }
    }

    /// <summary>Takes what a script leaves when it has ended.</summary>
    internal void Ended(int operation, LabOperationResult result)
    {
        // One that wrote nothing costs nothing here.
        if (!_over && (result.Failure is not null || result.Live.Length > 0 || _writers.Contains(operation)) && result.Ending != OperationStatus.Skipped)
        {
            Left(new AttemptOutput(operation, result.Attempts, result.EndTime ?? run.Watch.Now, result.Failure, RecordedObjects.Of(result.Live), IsLast: true));
        }
    }

    /// <summary>Takes what an attempt of a script leaves: why it failed, and its objects.</summary>
    internal void Left(AttemptOutput attempt)
    {
        if (_over || run.Nodes[attempt.Operation].Work is not ScriptWork)
        {
            return;
        }

        if (attempt.Failure is not null || (run.Settings.KeepsObjects && attempt.Objects.Kept.Length > 0))
        {
            _writers.Add(attempt.Operation);
        }
        else if (!attempt.IsLast)
        {
            return;
        }

        if (_writers.Contains(attempt.Operation))
        {
            Wait(new Item(attempt.Operation, null, attempt));
        }
    }

    /// <summary>Hands over what has waited for long enough.</summary>
    internal void HandOverIfDue()
    {
        if (NextWait == 0)
        {
            HandOver();
        }
    }

    /// <summary>Nothing more comes. Gives a warning when something is missing from the record.</summary>
    internal string? Close()
    {
        if (_closed)
        {
            return null;
        }

        _closed = true;
        HandOver();
        if (_over)
        {
            return null;
        }

        _over = true;
        return run.EndOutput();
    }

    private void Wait(Item item)
    {
        if (_waiting.Count == 0)
        {
            // As long as the run may still leave nothing behind, it is not asked.
            var first = run.Settings.Late ? Math.Max(1000 - (Environment.TickCount64 - _begun), 0) : 0;
            _due = Environment.TickCount64 + PauseMs + first;
        }

        _waiting.Add(item);
        if (_waiting.Count >= (run.Settings.Late ? 16 * Most : Most))
        {
            HandOver();
        }
    }

    private void HandOver()
    {
        if (_over || !run.KeepsOutput())
        {
            // It leaves no record.
            _over = true;
            _waiting.Clear();
            return;
        }

        foreach (var item in _waiting)
        {
            if (item.Record is { } record)
            {
                Write(item.Operation, record.Attempt, At(record.Time), (byte)record.Kind, RecordText.Of(record.Live));
            }
            else if (item.Left is { } left)
            {
                Write(left);
            }

            SendIfFull();
        }

        _waiting.Clear();
        Send();
    }

    private void Write(AttemptOutput left)
    {
        var at = At(left.Time);
        if (left.Failure is { } failure)
        {
            Write(left.Operation, left.Attempt, at, (byte)LabStream.Error, RecordText.Of(failure));
        }

        if (run.Settings.KeepsObjects)
        {
            Objects(left, at);
        }

        if (left.IsLast)
        {
            Write(left.Operation, left.Attempt, at, End, "");
        }
    }

    private void Objects(AttemptOutput output, ulong at)
    {
        var (kept, left) = output.Objects;
        for (var place = 0; place < kept.Length; place++)
        {
            if (left > 0 && place == RecordedObjects.Ends)
            {
                Write(output.Operation, output.Attempt, at, Gap, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"limit {left} 0"));
            }

            Write(output.Operation, output.Attempt, at, (byte)LabStream.Output, RecordText.OfObject(kept[place]));
            SendIfFull();
        }
    }

    private void Write(int operation, int attempt, ulong at, byte kind, string text)
    {
        text = SecretMask.Text(text);
        var length = Encoding.UTF8.GetByteCount(text);
        if (length > LongestText)
        {
            // A letter takes four bytes at most.
            text = string.Concat(text.AsSpan(0, (LongestText / 4) - 1), "…");
            length = Encoding.UTF8.GetByteCount(text);
        }

        var span = _records.GetSpan(Head + length);
        BinaryPrimitives.WriteUInt32LittleEndian(span, (uint)operation);
        BinaryPrimitives.WriteUInt32LittleEndian(span[4..], (uint)Math.Max(attempt, 1));
        BinaryPrimitives.WriteUInt64LittleEndian(span[8..], at);
        span[16] = kind;
        BinaryPrimitives.WriteUInt32LittleEndian(span[17..], (uint)length);
        Encoding.UTF8.GetBytes(text, span[Head..]);
        _records.Advance(Head + length);
    }

    private void SendIfFull()
    {
        if (_records.WrittenCount >= LongestText)
        {
            Send();
        }
    }

    private void Send()
    {
        if (_records.WrittenCount > 0)
        {
            run.KeepOutput(_records.WrittenSpan);
            _records.ResetWrittenCount();
        }
    }

    private ulong At(DateTime time) => (ulong)Math.Max(0, (time - run.StartedAt).TotalMilliseconds);

    private static Dictionary<string, int> Numbers(RunSession run)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var node = 0; node < run.Nodes.Count; node++)
        {
            numbers.TryAdd(run.Nodes[node].Name, node);
        }

        return numbers;
    }

    // A record of an operation, or what an attempt of it leaves.
    private readonly record struct Item(int Operation, LabRecord? Record, AttemptOutput? Left);
}
