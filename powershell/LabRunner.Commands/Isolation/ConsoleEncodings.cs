using System.Text;

namespace LabRunner.Isolation;

/// <summary>The encodings of the console, which programs are read and written with.</summary>
/// <remarks>They are the process's: while an operation has changed them, those beside it have them too.</remarks>
internal sealed record ConsoleEncodings(Encoding? Input, Encoding? Output)
{
    /// <summary>The current ones; null where there is no console that could have any.</summary>
    internal static ConsoleEncodings Current()
    {
        try
        {
            return new ConsoleEncodings(System.Console.InputEncoding, System.Console.OutputEncoding);
        }
        catch (IOException)
        {
            return new ConsoleEncodings(null, null);
        }
    }

    /// <summary>Sets them again, where they have changed.</summary>
    internal void Restore()
    {
        if (Output is not null && !Equals(System.Console.OutputEncoding, Output))
        {
            System.Console.OutputEncoding = Output;
        }

        if (Input is not null && !Equals(System.Console.InputEncoding, Input))
        {
            System.Console.InputEncoding = Input;
        }
    }
}
