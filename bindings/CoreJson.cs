using System.Text.Json.Serialization;

namespace LabRunner.Interop;

/// <summary>The readers and writers of labs, plans and runs, made when this is compiled: nothing is looked up by name while it runs.</summary>
/// <remarks>Each context costs time when it is first touched. That is why an import touches none, and an ordinary run only this one.</remarks>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, MaxDepth = 512, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ConfigDescription))]
[JsonSerializable(typeof(ConfigExport))]
[JsonSerializable(typeof(LabCoreVersion))]
[JsonSerializable(typeof(LabDescription))]
[JsonSerializable(typeof(LabErrorReport))]
[JsonSerializable(typeof(LabFault))]
[JsonSerializable(typeof(LabPlanDescription))]
[JsonSerializable(typeof(LabPlanSelection))]
[JsonSerializable(typeof(LabSchedule))]
[JsonSerializable(typeof(LabScheduleOptions))]
[JsonSerializable(typeof(NearAnswer))]
[JsonSerializable(typeof(NearQuery))]
[JsonSerializable(typeof(OperationOutlook[]))]
[JsonSerializable(typeof(OutputEnd))]
[JsonSerializable(typeof(RecordedCheck[]))]
[JsonSerializable(typeof(LabScheduleSkip))]
[JsonSerializable(typeof(string))]
internal sealed partial class CoreJson : JsonSerializerContext;

/// <summary>The same for recorded runs, and for what is running now.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ActiveOperation))]
[JsonSerializable(typeof(ActiveRun[]))]
[JsonSerializable(typeof(DetailQuery))]
[JsonSerializable(typeof(ExportOrder))]
[JsonSerializable(typeof(HistoryQuery))]
[JsonSerializable(typeof(OutputPage))]
[JsonSerializable(typeof(OutputQuery))]
[JsonSerializable(typeof(RecordedRun))]
[JsonSerializable(typeof(RecordedRun[]))]
[JsonSerializable(typeof(WatchPage))]
[JsonSerializable(typeof(WatchQuery))]
internal sealed partial class RecordJson : JsonSerializerContext;

/// <summary>The same for runs that are resumed or undone, and for restarts.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, MaxDepth = 512, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(FoundRun))]
[JsonSerializable(typeof(PendingRun[]))]
[JsonSerializable(typeof(PendingSearch))]
[JsonSerializable(typeof(RecordedLabFiles))]
[JsonSerializable(typeof(RestartRequest))]
[JsonSerializable(typeof(ResumePreview))]
[JsonSerializable(typeof(RunSearch))]
internal sealed partial class ResumeJson : JsonSerializerContext;

/// <summary>The same for orders to runs.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(OrderAnswer))]
[JsonSerializable(typeof(OrderRequest))]
[JsonSerializable(typeof(SentOrder))]
internal sealed partial class OrderJson : JsonSerializerContext;

/// <summary>The same for the machine and the library.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(LibraryState))]
[JsonSerializable(typeof(MachineUsage))]
internal sealed partial class MachineJson : JsonSerializerContext;

/// <summary>The same for reports of runs.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ReportFiles))]
[JsonSerializable(typeof(ReportOrder))]
[JsonSerializable(typeof(RunPerformance))]
internal sealed partial class ReportJson : JsonSerializerContext;

/// <summary>Which run is written as one file.</summary>
internal sealed record ExportOrder(string Folder, string To, bool Replace);

/// <summary>Which report of which run is written where.</summary>
/// <param name="Place">The run's folder, or an archive.</param>
/// <param name="Format">The format, in lower case.</param>
/// <param name="To">The file to write.</param>
/// <param name="Replace">Whether it may take the place of one that has the name.</param>
/// <param name="ScriptBeside">Whether the script of a page lies beside it.</param>
public sealed record ReportOrder(string Place, string Format, string To, bool Replace, bool ScriptBeside)
{
    /// <summary>Runs to show beside it: folders or archives.</summary>
    public IReadOnlyList<string> Compare { get; init; } = [];
}

/// <summary>The files of a report.</summary>
/// <param name="Files">The report first, then what lies beside it.</param>
internal sealed record ReportFiles(string[] Files);

/// <summary>Words that are looked for among known ones.</summary>
internal sealed record NearQuery(string Kind, IEnumerable<string> Unknown, IEnumerable<string> Known);

/// <summary>For each unknown word the known one that was probably meant.</summary>
internal sealed record NearAnswer(string?[] Near);
