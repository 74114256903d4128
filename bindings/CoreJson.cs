using System.Text.Json.Serialization;

namespace LabRunner.Interop;

/// <summary>The readers and writers of the core's documents, made when this is compiled: nothing is looked up by name while it runs.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, MaxDepth = 512)]
[JsonSerializable(typeof(ConfigDescription))]
[JsonSerializable(typeof(ConfigExport))]
[JsonSerializable(typeof(ExportOrder))]
[JsonSerializable(typeof(LabCoreVersion))]
[JsonSerializable(typeof(LabDescription))]
[JsonSerializable(typeof(LabEvent[]))]
[JsonSerializable(typeof(LabFault))]
[JsonSerializable(typeof(LabPlanDescription))]
[JsonSerializable(typeof(LabPlanSelection))]
[JsonSerializable(typeof(LabSchedule))]
[JsonSerializable(typeof(LabScheduleOptions))]
[JsonSerializable(typeof(NearAnswer))]
[JsonSerializable(typeof(NearQuery))]
internal sealed partial class CoreJson : JsonSerializerContext;

/// <summary>Which run is written as one file.</summary>
internal sealed record ExportOrder(string Folder, string To, bool Replace);

/// <summary>Words that are looked for among known ones.</summary>
internal sealed record NearQuery(string Kind, IEnumerable<string> Unknown, IEnumerable<string> Known);

/// <summary>For each unknown word the known one that was probably meant.</summary>
internal sealed record NearAnswer(string?[] Near);
