using System.Text.Json;
using static LabRunner.Interop.Replies;
using Native = LabRunner.Interop.Generated.Interop;

namespace LabRunner.Interop;

/// <summary>
/// One run. Workers take operations and complete them; disposing cancels a run that is not over.
/// </summary>
public sealed class RunHandle : IDisposable
{
    private RunHandle(ulong value) => Handle = new CoreHandle(value);

    private CoreHandle Handle { get; }

    /// <summary>The number that the run's events carry.</summary>
    public ulong Id => Handle.Value;

    /// <summary>Starts a run of a plan.</summary>
    /// <exception cref="LabCoreException">The options are malformed, or the run's files cannot be written.</exception>
    public static RunHandle Start(PlanHandle plan, ReadOnlySpan<byte> options)
    {
        ArgumentNullException.ThrowIfNull(plan);
        using Reference held = new(plan.Handle);
        return new RunHandle(Native.lab_run_start(held.Value, ref Replies.Reference(options), (ulong)options.Length).Value());
    }

    /// <summary>Gives a worker its next operation, waiting for one; see <see cref="LabCore.Forever"/>.</summary>
    public Ticket Take(uint worker, int waitMilliseconds)
    {
        using Reference held = new(Handle);
        return Ticket.From(Native.lab_run_take(held.Value, worker, unchecked((uint)waitMilliseconds)));
    }

    /// <summary>Whether a worker asks the test of an operation before it runs its script.</summary>
    public bool Asks(uint operation)
    {
        using Reference held = new(Handle);
        return Native.lab_run_asks(held.Value, operation).Value() != 0;
    }

    /// <summary>Where an operation is, and what it waits for.</summary>
    public ActiveOperation Explain(uint operation)
    {
        using Reference held = new(Handle);
        return Native.lab_run_explain(held.Value, operation).Read(RecordJson.Default.ActiveOperation);
    }

    /// <summary>Hands an outcome back; no bytes mean that it ended well.</summary>
    /// <returns>False when the operation was not open any more.</returns>
    public bool Complete(uint operation, uint attempt, ReadOnlySpan<byte> outcome)
    {
        using Reference held = new(Handle);
        return Native.lab_run_complete(held.Value, operation, attempt, ref Replies.Reference(outcome), (ulong)outcome.Length).Value() == 0;
    }

    /// <summary>Hands an outcome back and gives the worker its next operation, in one crossing.</summary>
    public Ticket CompleteAndTake(uint operation, uint attempt, ReadOnlySpan<byte> outcome, uint worker, int waitMilliseconds)
    {
        using Reference held = new(Handle);
        return Ticket.From(Native.lab_run_complete_and_take(
            held.Value, operation, attempt, ref Replies.Reference(outcome), (ulong)outcome.Length, worker, unchecked((uint)waitMilliseconds)));
    }

    /// <summary>Makes a worker's waiting take return, or its next one if none waits.</summary>
    public void Wake(uint worker)
    {
        using Reference held = new(Handle);
        _ = Native.lab_run_wake(held.Value, worker).Value();
    }

    /// <summary>Stops everything.</summary>
    public void Cancel(CancelMode mode)
    {
        using Reference held = new(Handle);
        _ = Native.lab_run_cancel(held.Value, (uint)mode).Value();
    }

    /// <summary>An attempt asks for a restart of the machine.</summary>
    /// <param name="operation">Its operation.</param>
    /// <param name="attempt">Its number.</param>
    /// <param name="reason">Why.</param>
    /// <param name="rerun">Whether the operation is run again after that.</param>
    /// <exception cref="LabCoreException">It may not.</exception>
    public void RequestRestart(int operation, uint attempt, string reason, bool rerun)
    {
        using Reference held = new(Handle);
        ReadOnlySpan<byte> request = JsonSerializer.SerializeToUtf8Bytes(new RestartRequest(reason, rerun), ResumeJson.Default.RestartRequest);
        _ = Native.lab_run_restart(held.Value, (uint)operation, attempt, ref Replies.Reference(request), (ulong)request.Length).Value();
    }

    /// <summary>The value of <c>LABRUNNER_MARK</c>, the variable by which everything is found that an attempt starts.</summary>
    public string Mark(int operation, int attempt)
    {
        using Reference held = new(Handle);
        return Native.lab_run_mark(held.Value, (uint)operation, (uint)attempt).Read(CoreJson.Default.String);
    }

    /// <summary>Signals what an attempt has started and is found by its mark. Never waits.</summary>
    /// <returns>How many processes that are; none where the system does not show marks.</returns>
    public int Signal(int operation, int attempt, MarkedSignal signal)
    {
        using Reference held = new(Handle);
        return (int)Native.lab_run_signal(held.Value, (uint)operation, (uint)attempt, (uint)signal).Value();
    }

    /// <summary>Holds back the output of programs, or lets it go on. What is on its way still comes. Never waits.</summary>
    public void HoldOutput(bool held)
    {
        using Reference run = new(Handle);
        _ = Native.lab_run_hold_output(run.Value, held ? 1u : 0u).Value();
    }

    /// <summary>Lends up to <paramref name="most"/> slots that are free now. Never waits.</summary>
    /// <returns>How many.</returns>
    public int Lend(int most)
    {
        using Reference held = new(Handle);
        return (int)Native.lab_run_lend(held.Value, (uint)most).Value();
    }

    /// <summary>Takes lent slots back.</summary>
    public void TakeBack(int slots)
    {
        using Reference held = new(Handle);
        _ = Native.lab_run_take_back(held.Value, (uint)slots).Value();
    }

    /// <summary>Changes the number of slots.</summary>
    public void Resize(int slots)
    {
        using Reference held = new(Handle);
        _ = Native.lab_run_resize(held.Value, (uint)slots).Value();
    }

    /// <summary>Whether what scripts write is worth handing over: the run leaves a record, or will when it goes on.</summary>
    public bool KeepsOutput() => Handle.Use(static run => Native.lab_run_keeps_output(run).Value()) != 0;

    /// <summary>Hands over what operations wrote, without secrets, as records of the core's own form.</summary>
    public void Output(ReadOnlySpan<byte> records)
    {
        using Reference held = new(Handle);
        _ = Native.lab_run_output(held.Value, ref Replies.Reference(records), (ulong)records.Length).Value();
    }

    /// <summary>Says that this was all, and waits a moment until it is written; a warning when something is missing.</summary>
    public string? EndOutput() => Handle.Use(static run => Native.lab_run_output_end(run).Read(CoreJson.Default.OutputEnd)).Warning;

    /// <summary>What is known so far; complete once the run is over.</summary>
    public RunResult Result() => Handle.Use(static run => RunResultReader.Read(Native.lab_run_result(run).Document()));

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();

    /// <summary>Keeps a handle alive for the length of one call, without an allocation.</summary>
    private readonly ref struct Reference
    {
        private readonly CoreHandle _handle;

        internal Reference(CoreHandle handle)
        {
            bool added = false;
            handle.DangerousAddRef(ref added);
            _handle = handle;
        }

        internal ulong Value => _handle.Value;

        public void Dispose() => _handle.DangerousRelease();
    }
}
