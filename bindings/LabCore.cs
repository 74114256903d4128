using System.Text;
using System.Text.Json;
using static LabRunner.Interop.Replies;
using Native = LabRunner.Interop.Generated.Interop;

namespace LabRunner.Interop;

/// <summary>The versions of the native library.</summary>
public sealed record LabCoreVersion(
    uint Abi,
    string Version);

/// <summary>
/// Calls that belong to no plan and no run. Documents are UTF-8 JSON. Every call throws
/// <see cref="NativeLibraryException"/> when the library cannot be used, and
/// <see cref="LabCoreException"/> when the core answers with a fault.
/// </summary>
public static class LabCore
{
    /// <summary>Waits for as long as it takes.</summary>
    public const int Forever = Timeout.Infinite;

    /// <summary>The versions of the native library.</summary>
    public static LabCoreVersion Version
    {
        get
        {
            NativeLoader.EnsureLoaded();
            return Native.lab_version().Read(CoreJson.Default.LabCoreVersion);
        }
    }

    /// <summary>Reads any configuration file: the document as it stands, and every finding.</summary>
    public static ConfigDescription Read(ReadOnlySpan<byte> document, ReadOnlySpan<byte> options)
    {
        NativeLoader.EnsureLoaded();
        return Native.lab_read(ref Reference(document), (ulong)document.Length, ref Reference(options), (ulong)options.Length).Read(CoreJson.Default.ConfigDescription);
    }

    /// <summary>Writes a configuration in the same or in another format: the text, and every finding.</summary>
    public static ConfigExport Export(ReadOnlySpan<byte> document, ReadOnlySpan<byte> options)
    {
        NativeLoader.EnsureLoaded();
        return Native.lab_export(ref Reference(document), (ulong)document.Length, ref Reference(options), (ulong)options.Length).Read(CoreJson.Default.ConfigExport);
    }

    /// <summary>For each unknown key the known one that was probably meant, by the rule of files: such a key is an error.</summary>
    public static string?[] NearestKeys(IEnumerable<string> unknown, IEnumerable<string> known) => Nearest("key", unknown, known);

    /// <summary>The name that was probably meant, if one is near enough to ask for it.</summary>
    public static string? NearestName(string unknown, IEnumerable<string> known) => Nearest("name", [unknown], known)[0];

    /// <summary>The events of all runs since the last call; waits for the first.</summary>
    public static LabEvent[] Events(int waitMilliseconds)
    {
        NativeLoader.EnsureLoaded();
        return LabEventReader.Read(Native.lab_events(unchecked((uint)waitMilliseconds)).Document());
    }

    /// <summary>Makes a waiting <see cref="Events"/> return, or the next one if none waits.</summary>
    public static void WakeEvents()
    {
        NativeLoader.EnsureLoaded();
        _ = Native.lab_events_wake().Value();
    }

    /// <summary>Past and running runs, the newest first.</summary>
    public static RecordedRun[] History(HistoryQuery query)
    {
        NativeLoader.EnsureLoaded();
        ReadOnlySpan<byte> request = JsonSerializer.SerializeToUtf8Bytes(query, RecordJson.Default.HistoryQuery);
        return Native.lab_history(ref Reference(request), (ulong)request.Length).Read(RecordJson.Default.RecordedRunArray);
    }

    /// <summary>One run in detail.</summary>
    /// <param name="place">Its folder, or an archive.</param>
    /// <param name="operations">Only operations whose name matches one of these; wildcards are allowed. All of them when there is none.</param>
    public static RecordedRun Record(string place, params string[] operations)
    {
        NativeLoader.EnsureLoaded();
        ReadOnlySpan<byte> request = JsonSerializer.SerializeToUtf8Bytes(new DetailQuery(place, operations), RecordJson.Default.DetailQuery);
        return Native.lab_record(ref Reference(request), (ulong)request.Length).Read(RecordJson.Default.RecordedRun);
    }

    /// <summary>The files of a run's lab and its scripts, as the run had read them.</summary>
    /// <param name="place">Its folder, or an archive.</param>
    /// <exception cref="LabCoreException">Its record has none.</exception>
    public static RecordedLabFiles RecordedLab(string place)
    {
        NativeLoader.EnsureLoaded();
        ReadOnlySpan<byte> path = Encoding.UTF8.GetBytes(place);
        return Native.lab_record_lab(ref Reference(path), (ulong)path.Length).Read(ResumeJson.Default.RecordedLabFiles);
    }

    /// <summary>A page of what the operations of a run wrote.</summary>
    public static OutputPage RecordOutput(OutputQuery query)
    {
        NativeLoader.EnsureLoaded();
        ReadOnlySpan<byte> request = JsonSerializer.SerializeToUtf8Bytes(query, RecordJson.Default.OutputQuery);
        return Native.lab_record_output(ref Reference(request), (ulong)request.Length).Read(RecordJson.Default.OutputPage);
    }

    /// <summary>Waits until a run is over.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="waitMilliseconds">How long; see <see cref="Forever"/>.</param>
    /// <returns>False when it goes on.</returns>
    public static bool WaitForEnd(string folder, int waitMilliseconds)
    {
        NativeLoader.EnsureLoaded();
        ReadOnlySpan<byte> path = Encoding.UTF8.GetBytes(folder);
        return Native.lab_record_wait(ref Reference(path), (ulong)path.Length, unchecked((uint)waitMilliseconds)).Value() != 0;
    }

    /// <summary>A page of a run's journal, as far as it is written.</summary>
    /// <exception cref="LabCoreException">There is no such run, or no longer.</exception>
    public static WatchPage Follow(WatchQuery query)
    {
        NativeLoader.EnsureLoaded();
        ReadOnlySpan<byte> request = JsonSerializer.SerializeToUtf8Bytes(query, RecordJson.Default.WatchQuery);
        return Native.lab_record_follow(ref Reference(request), (ulong)request.Length).Read(RecordJson.Default.WatchPage);
    }

    /// <summary>Sends an order to a run that is under way.</summary>
    /// <returns>What asks for the answer.</returns>
    /// <exception cref="LabCoreException">The run has ended, or takes no orders from here.</exception>
    public static SentOrder SendOrder(OrderRequest order)
    {
        NativeLoader.EnsureLoaded();
        ReadOnlySpan<byte> request = JsonSerializer.SerializeToUtf8Bytes(order, OrderJson.Default.OrderRequest);
        return Native.lab_order_send(ref Reference(request), (ulong)request.Length).Read(OrderJson.Default.SentOrder);
    }

    /// <summary>Waits for the answer to an order, up to a time.</summary>
    /// <exception cref="LabCoreException">The run has refused it, or does not answer.</exception>
    public static OrderAnswer OrderAnswer(SentOrder sent, int waitMilliseconds)
    {
        NativeLoader.EnsureLoaded();
        ReadOnlySpan<byte> request = JsonSerializer.SerializeToUtf8Bytes(sent, OrderJson.Default.SentOrder);
        return Native.lab_order_answer(ref Reference(request), (ulong)request.Length, unchecked((uint)waitMilliseconds)).Read(OrderJson.Default.OrderAnswer);
    }

    /// <summary>Deletes a run, unless it is under way.</summary>
    /// <param name="folder">Its folder.</param>
    public static void RemoveRecord(string folder)
    {
        NativeLoader.EnsureLoaded();
        ReadOnlySpan<byte> path = Encoding.UTF8.GetBytes(folder);
        _ = Native.lab_record_remove(ref Reference(path), (ulong)path.Length).Value();
    }

    /// <summary>Writes a run as one file.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="archive">The file to write.</param>
    /// <param name="replace">Whether it may take the place of one that has the name.</param>
    public static void ExportRecord(string folder, string archive, bool replace)
    {
        NativeLoader.EnsureLoaded();
        ReadOnlySpan<byte> order = JsonSerializer.SerializeToUtf8Bytes(new ExportOrder(folder, archive, replace), RecordJson.Default.ExportOrder);
        _ = Native.lab_record_export(ref Reference(order), (ulong)order.Length).Value();
    }

    /// <summary>Writes a report of a run.</summary>
    /// <returns>The files that were written: the report first, then what lies beside it.</returns>
    public static string[] Report(ReportOrder order)
    {
        NativeLoader.EnsureLoaded();
        ReadOnlySpan<byte> bytes = JsonSerializer.SerializeToUtf8Bytes(order, ReportJson.Default.ReportOrder);
        return Native.lab_report(ref Reference(bytes), (ulong)bytes.Length).Read(ReportJson.Default.ReportFiles).Files;
    }

    /// <summary>How well a run went, and what would have made it shorter.</summary>
    /// <param name="place">Its folder, or an archive.</param>
    public static RunPerformance Performance(string place)
    {
        NativeLoader.EnsureLoaded();
        ReadOnlySpan<byte> path = Encoding.UTF8.GetBytes(place);
        return Native.lab_performance(ref Reference(path), (ulong)path.Length).Read(ReportJson.Default.RunPerformance);
    }

    /// <summary>The run that is to be resumed or undone.</summary>
    public static FoundRun FindRun(RunSearch search)
    {
        NativeLoader.EnsureLoaded();
        ReadOnlySpan<byte> request = JsonSerializer.SerializeToUtf8Bytes(search, ResumeJson.Default.RunSearch);
        return Native.lab_run_find(ref Reference(request), (ulong)request.Length).Read(ResumeJson.Default.FoundRun);
    }

    /// <summary>The runs that wait for a restart of this machine, the oldest first.</summary>
    /// <param name="root">The folder of all runs; the user's own when null.</param>
    public static PendingRun[] PendingRuns(string? root)
    {
        NativeLoader.EnsureLoaded();
        ReadOnlySpan<byte> request = JsonSerializer.SerializeToUtf8Bytes(new PendingSearch(root), ResumeJson.Default.PendingSearch);
        return Native.lab_run_find(ref Reference(request), (ulong)request.Length).Read(ResumeJson.Default.PendingRunArray);
    }

    /// <summary>The operations of this process's runs that have not ended, run by run, with what they wait for.</summary>
    public static ActiveRun[] Active()
    {
        NativeLoader.EnsureLoaded();
        return Native.lab_active().Read(RecordJson.Default.ActiveRunArray);
    }

    /// <summary>How much of the machine is in use over a moment, and how much by this process and what it has started.</summary>
    public static MachineUsage Usage(TimeSpan window)
    {
        NativeLoader.EnsureLoaded();
        return Native.lab_usage((uint)Math.Clamp(window.TotalMilliseconds, 0, 60_000)).Read(MachineJson.Default.MachineUsage);
    }

    private static string?[] Nearest(string kind, IEnumerable<string> unknown, IEnumerable<string> known)
    {
        NativeLoader.EnsureLoaded();
        ReadOnlySpan<byte> query = JsonSerializer.SerializeToUtf8Bytes(new NearQuery(kind, unknown, known), CoreJson.Default.NearQuery);
        return Native.lab_nearest(ref Reference(query), (ulong)query.Length).Read(CoreJson.Default.NearAnswer).Near;
    }

    /// <summary>Checks that the library works.</summary>
    /// <param name="panic">Whether to panic on purpose, to show that the guard holds.</param>
    public static LibraryState SelfCheck(bool panic)
    {
        NativeLoader.EnsureLoaded();
        return Native.lab_selfcheck(panic ? 1u : 0u).Read(MachineJson.Default.LibraryState);
    }

    /// <summary>Ends a run that is not over as a defect of the scheduler would, to show that it does end, and says so.</summary>
    /// <param name="run">The run's number, as <see cref="Active"/> gives it.</param>
    /// <exception cref="LabCoreException">There is no such run.</exception>
    public static void SelfCheckDefect(ulong run)
    {
        NativeLoader.EnsureLoaded();
        _ = Native.lab_selfcheck_defect(run).Value();
    }
}
