using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LabRunner.Interop;

/// <summary>Turns answers of the core into values, documents and exceptions.</summary>
internal static class Replies
{
    internal const uint Ok = 0;

    /// <summary>The number of an answer.</summary>
    /// <exception cref="LabCoreException">The answer is a fault.</exception>
    internal static ulong Value(this Generated.LabReply reply) =>
        reply.status == Ok ? reply.content : throw Fault(reply.content, reply.length);

    /// <summary>The document of an answer.</summary>
    /// <exception cref="LabCoreException">The answer is a fault.</exception>
    internal static byte[] Document(this Generated.LabReply reply) => Fetch(reply.Value(), reply.length);

    /// <summary>The document of an answer, read as a type.</summary>
    /// <exception cref="LabCoreException">The answer is a fault.</exception>
    internal static T Read<T>(this Generated.LabReply reply, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(reply.Document(), type) ?? throw new InvalidOperationException($"The core gave no {type.Type.Name}.");

    internal static LabCoreException Fault(ulong document, ulong length) => new(LabFault.Parse(Fetch(document, length)));

    private static byte[] Fetch(ulong document, ulong length)
    {
        byte[] bytes = new byte[length];
        Generated.LabReply reply = Generated.Interop.lab_document(document, ref Reference(bytes), length);
        if (reply.status != Ok)
        {
            throw new InvalidOperationException($"The core lost document {document:x}.");
        }
        return bytes;
    }

    /// <summary>A reference to the first byte; a null reference when there is none.</summary>
    internal static ref byte Reference(ReadOnlySpan<byte> bytes) => ref MemoryMarshal.GetReference(bytes);
}
