using System.Text.Json.Serialization;
using LabRunner.Labs;
using LabRunner.Plans;

namespace LabRunner.Json;

/// <summary>The writers of documents for other programs, made when this is compiled: findings about labs, and plans.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(FindingsText.OfFile[]))]
[JsonSerializable(typeof(PlanJson))]
[JsonSerializable(typeof(SarifLog))]
internal sealed partial class DocumentJson : JsonSerializerContext;
