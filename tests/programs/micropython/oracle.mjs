// Runs a program on real MicroPython: its webassembly build, with the asyncio of a checkout.
//
// node oracle.mjs CHECKOUT MODULE PROGRAM
//   CHECKOUT  a checkout of MicroPython; extmod/asyncio/*.py are read from it
//   MODULE    the folder of the npm package @micropython/micropython-webassembly-pyscript
//   PROGRAM   a Python file
//
// The package's own asyncio is driven by the browser and lacks run() and stop(), so the checkout's
// modules are put into the interpreter's file system, ahead of it.
// Exit code: 0, 1 if the program ended by an exception (its traceback is on standard error), that
// of SystemExit, or 2 if the interpreter could not be set up.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [checkout, module, program] = process.argv.slice(2);
if (!program) {
    console.error("usage: node oracle.mjs CHECKOUT MODULE PROGRAM");
    process.exit(2);
}

// Heap for a thousand tasks.
const HEAP = 16 * 1024 * 1024;

// Firmware compiles these modules without asserts (level 3), and so does this; the program keeps
// its own. The name is taken away again: the program begins with nothing of ours in it.
const LOAD_ASYNCIO = `
import micropython
micropython.opt_level(3)
import asyncio
micropython.opt_level(0)
del asyncio, micropython
`;

// Bytes come one at a time; a system call for each would be most of a run.
let printed = [];
function print(bytes) {
    printed.push(...bytes);
    if (bytes.at(-1) === 10) {
        flush();
    }
}
function flush() {
    fs.writeSync(1, new Uint8Array(printed));
    printed = [];
}

async function start() {
    const { loadMicroPython } = await import(pathToFileURL(path.join(module, "micropython.mjs")));
    const python = await loadMicroPython({
        heapsize: HEAP,
        linebuffer: false,
        stdout: print,
        stderr: (bytes) => fs.writeSync(2, bytes),
    });
    const folder = path.join(checkout, "extmod", "asyncio");
    python.FS.mkdir("asyncio");
    for (const name of fs.readdirSync(folder).filter((name) => name.endsWith(".py"))) {
        const inside = name === "uasyncio.py" ? name : `asyncio/${name}`;
        python.FS.writeFile(inside, fs.readFileSync(path.join(folder, name)));
    }
    python.runPython(LOAD_ASYNCIO);
    return python;
}

const python = await start().catch((error) => {
    console.error(`MicroPython cannot be set up: ${error.message}`);
    process.exit(2);
});
try {
    python.runPython(fs.readFileSync(program, "utf8"));
    flush();
} catch (error) {
    flush();
    // Its message is the traceback, or SystemExit's line with the code in it.
    if (error.type === "SystemExit") {
        const code = /SystemExit: *(\d+)?/.exec(error.message)?.[1];
        process.exit(Number(code ?? 0));
    }
    console.error(error.message);
    process.exit(1);
}
