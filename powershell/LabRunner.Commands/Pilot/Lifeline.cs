using System.IO.Pipes;
using System.Management.Automation.Runspaces;
using LabRunner.Runs;

namespace LabRunner.Pilot;

/// <summary>A pipe between an operation's own process and the one that started it: when it closes, the operation is to end.</summary>
/// <remarks>
/// It closes with the process that holds it, however that ends. Nothing is ever written to it. Standard input would not do: the programs that
/// the operation starts have that one too, and would wait for what never comes.
/// </remarks>
internal static class Lifeline
{
    /// <summary>The parent's end; closing it asks the operation to end.</summary>
    internal static AnonymousPipeServerStream Hold() => new(PipeDirection.Out, HandleInheritability.Inheritable);

    /// <summary>Ends this process when the other end closes: what the runspace runs is stopped, and has its grace.</summary>
    internal static void Watch(string handle, Runspace? runspace, TimeSpan grace)
    {
        var pipe = new AnonymousPipeClientStream(PipeDirection.In, handle);
        new Thread(() =>
        {
            try
            {
                while (pipe.ReadByte() >= 0)
                {
                    // Nothing is ever said.
                }
            }
            catch (IOException)
            {
                // How some systems tell that it has closed.
            }

            // What does not stop is left behind.
            SessionEnd.StopPipeline(runspace, grace);
            Environment.Exit(1);
        })
        {
            IsBackground = true,
            Name = "LabRunner lifeline",
        }.Start();
    }
}
